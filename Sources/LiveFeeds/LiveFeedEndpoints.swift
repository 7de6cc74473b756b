import API
import EventLog
import HTTPTypes
import Hummingbird
package import Logging
import NIOCore
package import REST
import Tracking
import WebServer

/// The feeds' addresses: WebSockets under `/api/v1/ws`, event streams under `/api/v1/sse`.
package struct LiveFeedEndpoints: Sendable {
    private let hub: FeedHub
    private let settings: LiveFeedSettings
    private let slots: FeedSlots
    private let logger: Logger

    package init(
        _ hub: FeedHub, settings: LiveFeedSettings = LiveFeedSettings(), slots: FeedSlots = FeedSlots(), logger: Logger
    ) {
        self.hub = hub
        self.slots = slots
        self.settings = settings
        self.logger = logger
    }

    package var all: [Endpoint] {
        [
            Endpoint(.followSession) { try await eventStream($0, .session(try $0.sessionID())) },
            Endpoint(.followEverything) { try await eventStream($0, .everything) },
            Endpoint(
                .connectToSession,
                handler: .webSocket(
                    alternative: { API.Operation.followSession.target([$0.parameters["session_id"] ?? ""]) },
                    open: { try await webSocket($0, .session(try $0.sessionID())) })),
            Endpoint(
                .connectToEverything,
                handler: .webSocket(
                    alternative: { _ in API.Operation.followEverything.target() },
                    open: { try await webSocket($0, .everything) })),
        ]
    }

    // MARK: - WebSockets

    private func webSocket(_ call: Call, _ scope: FeedScope) async throws -> ServerChannel.WebSocketHandler {
        let (request, slot) = try await request(call, scope, lastEventID: nil)
        return { writer in
            await hub.serve {
                defer { withExtendedLifetime(slot) {} }
                do {
                    try await serve(request, writer)
                } catch is CancellationError {
                    return
                } catch let error as ChannelError {
                    logger.trace("A feed's client has disconnected.", metadata: ["error": "\(error)"])
                } catch {
                    await fail(error, writer)
                }
            }
        }
    }

    private func serve(_ request: FeedRequest, _ writer: WebSocketWriter) async throws {
        var reader = try await FeedReader(request, hub: hub)
        let sink = FeedSink(form: .init(types: request.types, naming: nil), writer: writer.direct)
        while true {
            switch try await reader.next(patience: settings.heartbeatInterval, to: sink) {
            case .frames(let frames):
                try await writer.send(frames.map { ByteBuffer(bytes: $0.text) })
            case .quiet:
                guard request.wants(.heartbeat) else { continue }
                try await writer.send([ByteBuffer(bytes: FeedEncoder.heartbeat(cursor: reader.cursor).text)])
            case .end:
                return try await writer.close(.normal)
            }
        }
    }

    private func fail(_ error: any Error, _ writer: WebSocketWriter) async {
        logger.error("A feed cannot be served.", metadata: ["error": "\(error)"])
        do {
            try await writer.close(.internalError, reason: "The log cannot be read; see the server's log.")
        } catch {
            logger.trace("A feed's client has disconnected.", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - Event streams

    private func eventStream(_ call: Call, _ scope: FeedScope) async throws -> Response {
        let (feedRequest, slot) = try await request(call, scope, lastEventID: call.request.headers[.lastEventID])
        let reader = try await FeedReader(feedRequest, hub: hub)
        guard !reader.isAtEnd else { return Response(status: .noContent, headers: [.cacheControl: "no-store"]) }
        let body = ResponseBody { writer in
            let stream = BodyWriter(writer)
            try await hub.serve {
                try await call.whileConnected {
                    defer { withExtendedLifetime(slot) {} }
                    try await serve(feedRequest, reader, stream, DirectWriter(body: call.context))
                }
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .cacheControl: "no-store", .accelBuffering: "no",
            ], body: body)
    }

    private func serve(
        _ request: FeedRequest, _ reader: FeedReader, _ stream: BodyWriter, _ direct: DirectWriter
    ) async throws {
        var reader = reader
        let sink = FeedSink(form: .init(types: request.types, naming: request.naming), writer: direct)
        while true {
            switch try await reader.next(patience: settings.commentInterval, to: sink) {
            case .frames(let frames): try await stream.write(sink.form.bytes(of: frames))
            case .quiet: try await stream.write(EventStreamFormat.comment)
            case .end: return
            }
        }
    }

    // MARK: - Requests

    /// The feed that is asked for, and its slot.
    ///
    /// - Throws: 404 for an unknown session, 422 for invalid parameters, 503 when there are too many feeds.
    private func request(
        _ call: Call, _ scope: FeedScope, lastEventID: String?
    ) async throws -> (FeedRequest, FeedSlot) {
        if case .session(let id) = scope, try await hub.store.version(of: id.stream) == .none {
            throw APIError.unknown("session", id.text)
        }
        let slot = try slots.take(for: call.context)
        // A cursor beyond the log's end comes from another log: an event stream then begins anew.
        let head = FeedCursor(hub.store.head)
        let known = lastEventID.flatMap { FeedCursor($0) }.flatMap { $0 <= head ? lastEventID : nil }
        var request = try FeedRequest(scope: scope, query: call.query, lastEventID: known)
        // A browser's page may listen either way, and its EventSource does not say how.
        if call.query.text("named") == nil, call.request.headers[.fetchMode] != nil { request.naming = .both }
        if let after = request.after, after > head {
            throw APIError.invalidField("after", "The log ends at \(head), before the position \(after).")
        }
        return (request, slot)
    }
}

extension HTTPField.Name {
    /// Tells the last event that an event stream's client has read.
    static var lastEventID: HTTPField.Name { HTTPField.Name("Last-Event-ID")! }
    /// Asks proxies not to hold a stream back.
    /// `Sec-Fetch-Mode`: browsers send it with every request, and nobody else does.
    static var fetchMode: HTTPField.Name { HTTPField.Name("Sec-Fetch-Mode")! }
    static var accelBuffering: HTTPField.Name { HTTPField.Name("X-Accel-Buffering")! }
}
