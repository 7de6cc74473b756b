import API
import Application
import EventLog
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Tracking
import WebServer

/// The log itself: as lines of JSON, or with `Accept: application/x-protobuf` as `EventRecord` messages, each behind its
/// length.
struct EventEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [Endpoint(.getEvents, everything), Endpoint(.getSessionEvents, ofSession)]
    }

    @Sendable private func everything(_ call: Call) async throws -> Response {
        let filter: EventFilter =
            switch call.query.text("stream") {
            case nil, "all": .all
            case "session": .categories([.session])
            case "telemetry": .categories([.telemetry])
            case let text?: throw FieldError("stream", "must be session, telemetry or all, not '\(text)'")
            }
        return try await events(call, filter)
    }

    @Sendable private func ofSession(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        _ = try await tracker.core.state(of: session)
        let filter: EventFilter =
            switch call.query.text("stream") {
            case nil, "session": .streams([session.stream])
            case "telemetry": .streams([session.telemetry])
            case "all": .streams([session.stream, session.telemetry])
            case let text?: throw FieldError("stream", "must be session, telemetry or all, not '\(text)'")
            }
        return try await events(call, filter)
    }

    /// The most records that an answer may be asked for: more than any log holds.
    private static let maximumLimit = 1_000_000_000
    /// The most that is read and written at a time, so that an answer of any length takes little memory and no thread
    /// for more than a few milliseconds.
    private static let batchLimit = ReadLimit(count: 1000, byteCount: 256 << 10)

    private func events(_ call: Call, _ filter: EventFilter) async throws -> Response {
        let after = try call.query.position("after") ?? .start
        let follow = try call.query.flag("follow")
        let limit = try call.query.limit(maximum: Self.maximumLimit) ?? (follow ? Int.max : 100)
        let format = EventFormat(call)
        let store = tracker.core.store
        let head = store.head
        // The first batch is read before the answer begins, so that its errors are answers.
        let first = try await Self.read(store, after: after, limit: limit, filter, through: head)
        let headers: HTTPFields = [
            .contentType: format.rawValue, .readPosition: head.description, .cacheControl: "no-store",
        ]
        let body = ResponseBody { writer in
            var batch = first
            var rest = limit
            while true {
                rest -= batch.events.count
                // The next batch is read while this one is sent.
                let (through, left) = (batch.through, rest)
                async let next =
                    left > 0 && through < head
                    ? Self.read(store, after: through, limit: left, filter, through: head) : nil
                if !batch.events.isEmpty {
                    try await writer.write(ByteBuffer(bytes: try format.bytes(of: batch.events)))
                }
                if let next = try await next {
                    batch = next
                } else if rest > 0, follow,
                    let next = try await Self.next(after: batch.through, limit: rest, filter, in: store)
                {
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
    private static func read(
        _ store: any EventStore, after position: LogPosition, limit: Int, _ filter: EventFilter,
        through end: LogPosition
    ) async throws -> EventBatch {
        var position = position
        while position < end {
            var batch = try await store.events(
                after: position, limit: Self.batchLimit(within: limit), matching: filter)
            if batch.through > end {
                batch.events.removeAll { $0.position > end }
                batch.through = end
            }
            if !batch.events.isEmpty || batch.through >= end { return batch }
            guard batch.through > position else { break }
            position = batch.through
        }
        return EventBatch(events: [], through: max(position, end))
    }

    /// The limit of a batch of which `limit` events are wanted at most.
    private static func batchLimit(within limit: Int) -> ReadLimit {
        ReadLimit(count: min(limit, batchLimit.count), byteCount: batchLimit.byteCount)
    }

    /// Waits for the next events; nil when the server shuts down.
    private static func next(
        after position: LogPosition, limit: Int, _ filter: EventFilter, in store: any EventStore
    ) async throws -> EventBatch? {
        do {
            return try await cancelWhenGracefulShutdown {
                try await store.nextEvents(
                    after: position, limit: Self.batchLimit(within: limit), matching: filter)
            }
        } catch is CancellationError {
            return nil
        } catch let error as StorageError where error.code == .cancelled || error.code == .closed {
            return nil
        }
    }
}
