import EventLog
import Hummingbird
import JSON
import Projections
import ServiceLifecycle
import Tracking
import TrainingConfiguration

/// Create, find, start, stop, change and archive sessions.
struct SessionRoutes {
    let service: TrackingService

    func add(to api: RouterGroup<APIRequestContext>) {
        let sessions = api.group("training/sessions")
        sessions.post(use: create)
        sessions.get(use: list)
        sessions.get(":session_id", use: get)
        sessions.patch(":session_id", use: update)
        sessions.delete(":session_id", use: archive)
        sessions.post(":session_id/start", use: start)
        sessions.post(":session_id/stop", use: stop)
        api.get("status", use: latestStatus)
        api.get("status/:session_id", use: status)
    }

    @Sendable private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let body = try await RequestReading.jsonObject(request)
        let identity = try RequestReading.identity(of: request, service: service) {
            RequestReading.canonical("sessions", body)
        }
        let session = Session.ID(createdBy: identity.id)
        // A repeat is answered from the log, also when the file it was created from has changed or gone since.
        if identity.mayBeRepeat, let receipt = try await service.store.command(identity.id, in: session.stream) {
            guard receipt.digest == identity.digest else { throw AppendError.commandReused(first: receipt.first) }
            return try await service.sessionDocument(session, after: service.store.head, status: .created)
        }
        let created = try await SessionCreation(service: service, isFromThisMachine: context.isLoopback).event(
            from: body)
        let outcome = try await service.sessions.handle(.create(created), on: session.stream, as: identity)
        return try await service.sessionDocument(session, after: outcome.last, status: .created)
    }

    @Sendable private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let query = try QueryReader(request)
        let search = try SessionSearch(query)
        return try await service.answer(request, query: query) { snapshot in
            let page = try snapshot.sessions(
                search.filter, order: search.order, limit: search.limit,
                // No list is that long, and sums with it stay numbers.
                offset: min(search.offset, Int.max / 2))
            let queue =
                page.sessions.contains { $0.status == Session.Status.queued.rawValue } ? try snapshot.queue() : []
            var items: [JSONValue] = []
            for document in page.sessions {
                guard let id = Session.ID(document.sessionID) else { continue }
                let rendering = SessionRendering(
                    document, progress: document.attempt > 0 ? try snapshot.progress(of: id) : nil,
                    queuePosition: queue.firstIndex(of: id).map { $0 + 1 })
                items.append(.object(rendering.summary))
            }
            let answer: JSONValue = [
                "sessions": .array(items), "total": .count(page.total), "limit": .count(search.limit),
                "offset": .count(search.offset),
            ]
            return answer.encoded()
        }
    }

    @Sendable private func get(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let query = try QueryReader(request)
        let asOf = try query.position("as_of")
        if let asOf {
            guard asOf > .start else { throw FieldError("as_of", "must be a position from 1") }
            guard asOf <= service.store.head else {
                throw FieldError("as_of", "is beyond the log's head, which is at \(service.store.head)")
            }
        }
        return try await service.answer(request, query: query, asOf: asOf) { snapshot in
            JSONValue.object(try snapshot.rendering(of: session).full).encoded()
        }
    }

    @Sendable private func update(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let body = try await RequestReading.jsonObject(request)
        let fields = JSONFields(body)
        var commands: [SessionCommand] = []
        if let name = try fields.string("session_name", bytes: 1...Session.maximumNameByteCount) {
            commands.append(.rename(name))
        }
        if let tags = try SessionCreation.tags(fields) { commands.append(.tag(tags)) }
        if let notes = try fields.string("notes", bytes: 0...65_536) { commands.append(.note(notes)) }
        if let params = try fields.parameters("params") { commands.append(.setParams(params)) }
        var last = service.store.head
        if commands.isEmpty { _ = try await service.state(of: session) }
        for (index, command) in commands.enumerated() {
            // Each part is a command of its own, with an id that follows from the request's.
            var identity = try RequestReading.identity(of: request, service: service) {
                RequestReading.canonical("update/\(index)", body)
            }
            if identity.mayBeRepeat, index > 0, let id = CommandID("\(identity.id.text.prefix(245))/part-\(index)") {
                identity.id = id
            }
            last = max(last, try await service.sessions.handle(command, on: session.stream, as: identity).last)
        }
        return try await service.sessionDocument(session, after: last)
    }

    @Sendable private func archive(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let identity = try RequestReading.identity(of: request, service: service) {
            RequestReading.canonical("archive")
        }
        let outcome = try await service.sessions.handle(.archive, on: session.stream, as: identity)
        return try await service.sessionDocument(session, after: outcome.last)
    }

    @Sendable private func start(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let identity = try RequestReading.identity(of: request, service: service) { RequestReading.canonical("start") }
        let outcome = try await service.sessions.handle(.requestStart, on: session.stream, as: identity)
        return try await service.sessionDocument(session, after: outcome.last, status: .accepted)
    }

    @Sendable private func stop(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let query = try QueryReader(request)
        let wait = try query.number("wait") ?? min(30, service.settings.stopWait / .seconds(1))
        guard (0...30).contains(wait) else { throw FieldError("wait", "must be from 0 to 30 seconds, not \(wait)") }
        let identity = try RequestReading.identity(of: request, service: service) { RequestReading.canonical("stop") }
        let outcome = try await service.sessions.handle(.requestStop, on: session.stream, as: identity)
        let position = try await waitUntilStopped(session, after: outcome, for: .seconds(wait))
        guard let position else {
            return try await service.sessionDocument(session, after: outcome.last, status: .accepted)
        }
        return try await service.sessionDocument(session, after: position)
    }

    /// Where the session had stopped; nil when it has not within `time`, or the server shuts down.
    private func waitUntilStopped(
        _ session: Session.ID, after outcome: CommandOutcome<SessionDecider>, for time: Duration
    ) async throws -> LogPosition? {
        guard case .stopping = outcome.state.lifecycle else { return outcome.last }
        let store = service.store
        let sessions = service.sessions
        return try await withThrowingTaskGroup(of: LogPosition?.self) { group in
            group.addTask {
                var position = outcome.last
                while true {
                    let state = try await sessions.state(of: session.stream)
                    if case .stopping = state.lifecycle {
                        position = try await store.nextEvents(
                            after: position, matching: .streams([session.stream])
                        ).through
                    } else {
                        return store.head
                    }
                }
            }
            group.addTask {
                do {
                    try await cancelWhenGracefulShutdown { try await Task.sleep(for: time) }
                } catch is CancellationError {
                    // The session has stopped, or the server shuts down: nothing is waited for any longer.
                }
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    @Sendable private func latestStatus(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let query = try QueryReader(request)
        return try await service.answer(request, query: query) { snapshot in
            let (id, document) = try snapshot.latestSession()
            return JSONValue.object(try snapshot.rendering(of: document, id).status).encoded()
        }
    }

    @Sendable private func status(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let query = try QueryReader(request)
        return try await service.answer(request, query: query) { snapshot in
            JSONValue.object(try snapshot.rendering(of: session).status).encoded()
        }
    }
}
