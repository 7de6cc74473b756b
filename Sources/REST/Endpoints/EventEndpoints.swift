import API
import Application
import EventLog
import HTTPTypes
import Hummingbird
import NIOCore
import ReadModels
import Tracking
import WebServer

/// The log itself: as lines of JSON, or with `Accept: application/x-protobuf` as `EventRecord` messages, each behind its
/// length.
struct EventEndpoints {
    let tracker: Tracker
    let feeds: FeedSlots

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
        let longRead = limit > Self.batchLimit.count ? try tracker.core.readModels.longReads.begin() : nil
        let slot = follow ? try feeds.take(for: call.context) : nil
        let read: @Sendable (LogPosition, Int) async throws -> EventBatch = { position, limit in
            try await Self.read(store, after: position, limit: limit, filter, through: head)
        }
        // The first batch is read before the answer begins, so that its errors are answers.
        let first = try await LongRead.run(longRead) { try await read(after, limit) }
        let headers: HTTPFields = [
            .contentType: format.rawValue, .readPosition: head.description, .cacheControl: "no-store",
        ]
        let body = ResponseBody { writer in
            let lent = BodyWriter(writer)
            let send: @Sendable (EventBatch) async throws -> Void = { batch in
                guard !batch.events.isEmpty else { return }
                let reasons = format == .lines ? try await Self.reasons(of: batch.events, store) : [:]
                try await lent.write(ByteBuffer(bytes: try format.bytes(of: batch.events, reasons: reasons)))
            }
            let (reached, rest) = try await LongRead.run(longRead) {
                var (batch, rest) = (first, limit - first.events.count)
                try await send(batch)
                while rest > 0, batch.through < head {
                    batch = try await read(batch.through, rest)
                    rest -= batch.events.count
                    try await send(batch)
                }
                return (batch.through, rest)
            }
            longRead?.end()
            if let slot {
                try await call.whileConnected {
                    var (position, rest) = (reached, rest)
                    while rest > 0,
                        let batch = try await Self.next(after: position, limit: rest, filter, in: store)
                    {
                        rest -= batch.events.count
                        position = batch.through
                        try await send(batch)
                    }
                    withExtendedLifetime(slot) {}
                }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// Why those of `events` that were redacted were, by the events that did it.
    private static func reasons(
        of events: [RecordedEvent], _ store: any EventStore
    ) async throws -> [LogPosition: String] {
        var reasons: [LogPosition: String] = [:]
        for redaction in Set(events.compactMap(\.redactedBy)) {
            guard let record = try await store.event(at: redaction),
                case .redacted(let redacted) = try SessionEvent(record)
            else { continue }
            reasons[redaction] = redacted.reason
        }
        return reasons
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

    /// Waits for the next events; nil when the log is closed or nobody waits any more.
    private static func next(
        after position: LogPosition, limit: Int, _ filter: EventFilter, in store: any EventStore
    ) async throws(StorageError) -> EventBatch? {
        do {
            return try await store.nextEvents(
                after: position, limit: Self.batchLimit(within: limit), matching: filter)
        } catch {
            guard error.code == .cancelled || error.code == .closed else { throw error }
            return nil
        }
    }
}
