import EventLog
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import ServiceLifecycle
import Tracking

/// The log itself, as lines of JSON.
struct EventRoutes {
    let service: TrackingService

    func add(to api: RouterGroup<APIRequestContext>) {
        api.get("events", use: all)
        api.get("training/sessions/:session_id/events", use: ofSession)
    }

    @Sendable private func all(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let query = try QueryReader(request)
        let filter: EventFilter =
            switch query.text("stream") {
            case nil, "all": .all
            case "session": .categories([.session])
            case "telemetry": .categories([.telemetry])
            case let text?: throw FieldError("stream", "must be session, telemetry or all, not '\(text)'")
            }
        return try await lines(query, filter)
    }

    @Sendable private func ofSession(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let query = try QueryReader(request)
        _ = try await service.state(of: session)
        let filter: EventFilter =
            switch query.text("stream") {
            case nil, "session": .streams([session.stream])
            case "telemetry": .streams([session.telemetry])
            case "all": .streams([session.stream, session.telemetry])
            case let text?: throw FieldError("stream", "must be session, telemetry or all, not '\(text)'")
            }
        return try await lines(query, filter)
    }

    private func lines(_ query: QueryReader, _ filter: EventFilter) async throws -> Response {
        let after = try query.position("after") ?? .start
        let follow = try query.flag("follow")
        let limit = try query.limit(maximum: 1000) ?? (follow ? Int.max : 100)
        let store = service.store
        let head = store.head
        // The first batch is read before the answer begins, so that its errors are answers.
        let first = try await read(store, after: after, limit: limit, filter, through: head)
        let headers: HTTPFields = [
            .contentType: "application/x-ndjson", .readPosition: head.description, .cacheControl: "no-store",
        ]
        let body = ResponseBody { writer in
            var batch = first
            var rest = limit
            while true {
                if !batch.events.isEmpty {
                    rest -= batch.events.count
                    try await writer.write(ByteBuffer(bytes: try Self.text(of: batch.events)))
                }
                guard rest > 0 else { break }
                if batch.through < head {
                    batch = try await read(store, after: batch.through, limit: rest, filter, through: head)
                } else if follow {
                    guard let next = try await Self.next(after: batch.through, limit: rest, filter, in: store) else {
                        break
                    }
                    batch = next
                } else {
                    break
                }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// The next events after `position` up to `end`, which may need several reads of the log.
    private func read(
        _ store: any EventStore, after position: LogPosition, limit: Int, _ filter: EventFilter,
        through end: LogPosition
    ) async throws -> EventBatch {
        var position = position
        while position < end {
            var batch = try await store.events(
                after: position, limit: ReadLimit(count: min(limit, 1000)), matching: filter)
            if !batch.events.isEmpty || batch.through >= end {
                batch.events = Array(batch.events.prefix(limit))
                return batch
            }
            guard batch.through > position else { break }
            position = batch.through
        }
        return EventBatch(events: [], through: max(position, end))
    }

    /// Waits for the next events; nil when the server shuts down.
    private static func next(
        after position: LogPosition, limit: Int, _ filter: EventFilter, in store: any EventStore
    ) async throws -> EventBatch? {
        do {
            return try await cancelWhenGracefulShutdown {
                try await store.nextEvents(
                    after: position, limit: ReadLimit(count: min(limit, 1000)), matching: filter)
            }
        } catch is CancellationError {
            return nil
        } catch let error as StorageError where error.code == .cancelled || error.code == .closed {
            return nil
        }
    }

    private static func text(of events: [RecordedEvent]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for event in events {
            bytes += JSONValue.object(try EventRendering.object(event)).encoded()
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
