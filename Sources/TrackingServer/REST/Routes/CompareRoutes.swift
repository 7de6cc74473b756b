import Hummingbird
import JSON
import Projections
import Tracking

/// Sessions side by side.
struct CompareRoutes {
    let service: TrackingService

    func add(to api: RouterGroup<APIRequestContext>) {
        api.get("compare", use: compare)
    }

    @Sendable private func compare(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let query = try QueryReader(request)
        let names = query.list("sessions") ?? []
        let all = try query.flag("all")
        let nonfinite = try query.nonfinite()
        guard (2...SessionComparison.maximumCount).contains(names.count) else {
            throw FieldError(
                "sessions",
                "must name 2 to \(SessionComparison.maximumCount) sessions, separated by commas, not \(names.count)")
        }
        guard Set(names).count == names.count else {
            throw FieldError("sessions", "names a session twice; give each once")
        }
        let ids = try names.map { name in
            guard let id = Session.ID(name) else { throw APIError.unknownSession(name) }
            return id
        }
        return try await service.answer(request, query: query) { snapshot in
            var sessions: [ComparedSession] = []
            for id in ids {
                sessions.append(
                    ComparedSession(try snapshot.document(of: id), checkpoints: try snapshot.checkpoints(of: id)))
            }
            return SessionComparison(sessions).json(includesEqual: all).encoded(nonfinite: nonfinite)
        }
    }
}
