package import EventLog
import HTTPTypes
package import Hummingbird
import JSON
package import Logging
import NIOCore
package import NIOHTTP1
import ServiceLifecycle
import Tracking

/// The feeds' addresses: WebSockets under `/api/v1/ws`, event streams under `/api/v1/sse`.
package struct LiveFeedRoutes: Sendable {
    private static let base = "/api/v1"

    private let store: any EventStore
    private let settings: LiveFeedSettings
    private let logger: Logger
    private let admission: FeedAdmission

    /// Feeds of what `store` holds.
    package init(store: any EventStore, settings: LiveFeedSettings = LiveFeedSettings(), logger: Logger) {
        self.store = store
        self.settings = settings
        self.logger = logger
        admission = FeedAdmission(maximum: settings.maximumFeedCount)
    }

    /// Adds the event streams, and what answers requests that do not become WebSockets.
    package func register(on router: Router<APIRequestContext>) {
        for kind in ["training/:id", "broadcast"] {
            router.get("\(Self.base)/sse/\(kind)") { request, context in
                try await eventStream(for: request, context)
            }
            router.get("\(Self.base)/ws/\(kind)") { request, _ -> Response in
                _ = try await feed(path: request.uri.path, query: request.uri.query, lastEventID: nil)
                throw APIError(
                    .upgradeRequired, code: "upgrade_required",
                    message: "this address speaks WebSocket, version 13; the same events are under "
                        + request.uri.path.replacing("/ws/", with: "/sse/", maxReplacements: 1),
                    headers: [.upgrade: "websocket", .connection: "Upgrade", .secWebSocketVersion: "13"])
            }
        }
    }

    // MARK: - WebSockets

    /// What is done with the WebSocket that a request offers; nil when it gets none, and its route answers why.
    package func webSocket(for head: HTTPRequestHead) async -> ServerChannel.WebSocketHandler? {
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path.hasPrefix("\(Self.base)/ws/") else { return nil }
        let request: FeedRequest
        do {
            request = try await feed(
                path: String(path), query: parts.count > 1 ? String(parts[1]) : nil, lastEventID: nil)
        } catch {
            return nil
        }
        return { writer in
            await admission.count {
                do {
                    try await serve(request, writer)
                } catch is CancellationError {
                    return
                } catch let error as ChannelError {
                    logger.trace("a feed's client has gone", metadata: ["error": "\(error)"])
                } catch {
                    await fail(error, writer)
                }
            }
        }
    }

    private func serve(_ request: FeedRequest, _ writer: WebSocketWriter) async throws {
        var reader = try await FeedReader(request, store: store)
        while true {
            switch try await reader.next(patience: settings.heartbeatInterval, clock: settings.clock) {
            case .frames(let frames):
                for frame in frames { try await writer.send([ByteBuffer(bytes: frame.text)]) }
            case .quiet:
                guard request.wants(.heartbeat) else { continue }
                try await writer.send([ByteBuffer(bytes: FeedEncoder.heartbeat(cursor: reader.cursor).text)])
            case .end:
                return try await writer.close(.normal)
            }
        }
    }

    private func fail(_ error: any Error, _ writer: WebSocketWriter) async {
        logger.error("a feed cannot be served", metadata: ["error": "\(error)"])
        do {
            try await writer.close(.internalError, reason: "the log cannot be read; see the server's log")
        } catch {
            logger.trace("a feed's client has gone", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - Event streams

    private func eventStream(for request: Request, _ context: APIRequestContext) async throws -> Response {
        let feedRequest = try await feed(
            path: request.uri.path, query: request.uri.query, lastEventID: request.headers[.lastEventID])
        let reader = try await FeedReader(feedRequest, store: store)
        guard !reader.isAtEnd else { return Response(status: .noContent, headers: [.cacheControl: "no-store"]) }
        let body = ResponseBody { writer in
            let stream = EventStreamWriter(writer)
            try await admission.count {
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    do {
                        try await cancelWhenGracefulShutdown {
                            try await serve(feedRequest, reader, stream)
                        }
                    } catch is CancellationError {
                        return  // the server stops, or the client has gone
                    }
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

    private func serve(_ request: FeedRequest, _ reader: FeedReader, _ stream: EventStreamWriter) async throws {
        var reader = reader
        while true {
            switch try await reader.next(patience: settings.commentInterval, clock: settings.clock) {
            case .frames(let frames):
                for frame in frames {
                    var buffer = ByteBuffer()
                    EventStreamFormat.write(frame, isNamed: request.isNamed, to: &buffer)
                    try await stream.write(buffer)
                }
            case .quiet: try await stream.write(EventStreamFormat.comment)
            case .end: return
            }
        }
    }

    // MARK: - Requests

    /// The feed that an address names.
    ///
    /// - Throws: 404 for an unknown session, 422 for parameters that cannot be, 503 when there are too many feeds.
    private func feed(path: String, query: String?, lastEventID: String?) async throws -> FeedRequest {
        let query = try QueryReader(query: query ?? "")
        let words = path.split(separator: "/").dropFirst(3)
        let scope: FeedScope
        switch (words.first, words.count) {
        case ("broadcast", 1): scope = .everything
        case ("training", 2):
            let text = String(words.last ?? "")
            guard let id = Session.ID(text), try await store.version(of: id.stream) > .none else {
                throw APIError.unknown("session", text)
            }
            scope = .session(id)
        default: throw APIError(.notFound, code: "not_found", message: "there is no feed \(path)")
        }
        guard admission.hasRoom else {
            throw APIError.unavailable(
                "there are too many feeds open; close some, or try again later", code: "too_many_feeds",
                retryAfter: .seconds(10))
        }
        // A cursor beyond the log's end comes from another log: an event stream then begins anew.
        let head = FeedCursor(store.head)
        let known = lastEventID.flatMap { FeedCursor($0) }.flatMap { $0 <= head ? lastEventID : nil }
        let request = try FeedRequest(scope: scope, query: query, lastEventID: known)
        if let after = request.after, after > head {
            throw APIError.invalidField("after", "the log ends at \(head), before the position \(after)")
        }
        return request
    }
}

extension HTTPField.Name {
    /// What an event stream's client has read.
    static var lastEventID: HTTPField.Name { HTTPField.Name("Last-Event-ID")! }
    /// Asks proxies not to hold a stream back.
    static var accelBuffering: HTTPField.Name { HTTPField.Name("X-Accel-Buffering")! }
}
