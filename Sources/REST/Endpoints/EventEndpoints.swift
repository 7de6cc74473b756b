import API
import Application
import EventLog
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import ServiceLifecycle
import SwiftProtobuf
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

    private func events(_ call: Call, _ filter: EventFilter) async throws -> Response {
        let after = try call.query.position("after") ?? .start
        let follow = try call.query.flag("follow")
        let limit = try call.query.limit(maximum: 1000) ?? (follow ? Int.max : 100)
        let format = Format(call)
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
                if !batch.events.isEmpty {
                    rest -= batch.events.count
                    try await writer.write(ByteBuffer(bytes: try format.bytes(of: batch.events)))
                }
                guard rest > 0 else { break }
                if batch.through < head {
                    batch = try await Self.read(store, after: batch.through, limit: rest, filter, through: head)
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

    /// The form in which records are written.
    private enum Format: String {
        case lines = "application/x-ndjson"
        case messages = "application/x-protobuf"

        init(_ call: Call) {
            self = call.request.headers[.accept]?.contains(Self.messages.rawValue) == true ? .messages : .lines
        }

        func bytes(of events: [RecordedEvent]) throws -> [UInt8] {
            var bytes: [UInt8] = []
            for event in events {
                switch self {
                case .lines:
                    bytes += try EventInfo(event).encoded()
                    bytes.append(UInt8(ascii: "\n"))
                case .messages:
                    let message: [UInt8] = try EventRecord(event).serializedBytes()
                    var length = message.count
                    while length > 0x7F {
                        bytes.append(UInt8(length & 0x7F) | 0x80)
                        length >>= 7
                    }
                    bytes.append(UInt8(length))
                    bytes += message
                }
            }
            return bytes
        }
    }

    /// The next events after `position` up to `end`, which may need several reads of the log.
    private static func read(
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
}
