import EventLog
import Hummingbird
import JSON
import Projections
import Tracking

/// Train a past session again, as a new session that is compared with it.
struct ReproductionRoutes {
    let service: TrackingService

    func add(to api: RouterGroup<APIRequestContext>) {
        api.post("training/sessions/:session_id/reproduce", use: reproduce)
    }

    @Sendable private func reproduce(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let original = try RequestReading.sessionID(context)
        let body = try await RequestReading.optionalJSONObject(request)
        let identity = try RequestReading.identity(of: request, service: service) {
            RequestReading.canonical("reproduce/\(original)", body)
        }
        let session = Session.ID(createdBy: identity.id)
        // A repeat is answered from the log, also when the original has changed since.
        let receipt =
            identity.mayBeRepeat ? try await service.store.command(identity.id, in: session.stream) : nil
        if let receipt {
            guard receipt.digest == identity.digest else { throw AppendError.commandReused(first: receipt.first) }
        } else {
            let creation = ReproductionCreation(service: service, isFromThisMachine: context.isLoopback)
            let created = try await creation.event(of: original, from: body)
            _ = try await service.sessions.handle(.create(created), on: session.stream, as: identity)
        }
        // The start is a command of its own, with an id that follows from the request's, so that a repeat starts nothing.
        var start = identity
        if let id = CommandID("\(identity.id.text.prefix(245))/start") { start.id = id }
        start.mayBeRepeat = true
        let outcome = try await service.sessions.handle(.requestStart, on: session.stream, as: start)
        return try await service.sessionDocument(session, after: outcome.last, status: .created)
    }
}
