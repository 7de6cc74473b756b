import HTTPTypes
package import HummingbirdCore
package import Logging
package import NIOCore
package import NIOHTTP1
package import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket

/// The channel of one connection on the server's only port: HTTP/1, or a WebSocket when the first request asks for
/// one and gets it.
package struct ServerChannel: ServerChildChannel, HTTPChannelHandler {
    /// The protocol that the connection came to speak, with its channel.
    package enum Connection: Sendable {
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
        case webSocket(WebSocketConnection, WebSocketHandler)
    }

    package struct Value: ServerChildChannelValue {
        let connection: EventLoopFuture<Connection>
        package let channel: any Channel
    }

    /// Serves a WebSocket that was opened; the connection ends when it returns.
    package typealias WebSocketHandler = @Sendable (WebSocketWriter) async -> Void
    /// Decides whether a request that offers a WebSocket gets one; nil leaves the request to its HTTP route, which
    /// answers why not.
    package typealias WebSocketAcceptance = @Sendable (HTTPRequestHead, any Channel) async -> WebSocketHandler?

    package let responder: Responder
    private let limits: ConnectionLimits
    private let webSocketLimits: WebSocketLimits
    private let accept: WebSocketAcceptance

    package init(
        responder: @escaping Responder, limits: ConnectionLimits, webSocketLimits: WebSocketLimits = .init(),
        accept: @escaping WebSocketAcceptance
    ) {
        self.responder = { request, writer, channel in
            if ServerChannel.isBrief(request) { return try await responder(request, writer, channel) }
            // The closure runs once, but the compiler cannot know.
            var writer: ResponseWriter? = consume writer
            try await withTaskExecutorPreference(globalConcurrentExecutor) {
                if let writer = writer.take() { try await responder(request, writer, channel) }
            }
        }
        self.limits = limits
        self.webSocketLimits = webSocketLimits
        self.accept = accept
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let eventLoop = channel.eventLoop
            let pipeline = channel.pipeline.syncOperations
            try channel.syncOptions?.setOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: 64, initial: 2048, maximum: limits.maximumReadByteCount))
            let acceptance = NIOLoopBoundBox<WebSocketHandler?>(nil, eventLoop: eventLoop)

            let encoder = HTTPResponseEncoder()
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: decoderLimits))
            let connection = ConnectionHandler(limits: limits, logger: logger) { [accept] head in
                eventLoop.makeFutureWithTask { await accept(head, channel) }.map { handler in
                    acceptance.value = handler
                    return handler != nil
                }
            }
            let upgrader = NIOTypedWebSocketServerUpgrader<Connection>(
                maxFrameSize: webSocketLimits.maximumFrameByteCount, enableAutomaticErrorHandling: false,
                shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
                upgradePipelineHandler: { [webSocketLimits] channel, _ in
                    channel.eventLoop.makeCompletedFuture {
                        guard let handler = acceptance.value else { throw ChannelError.inappropriateOperationForState }
                        return .webSocket(try WebSocketConnection(on: channel, limits: webSocketLimits), handler)
                    }
                })
            let upgrade = NIOTypedHTTPServerUpgradeHandler(
                httpEncoder: encoder, extraHTTPHandlers: [decoder, connection],
                upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
                    upgraders: [upgrader],
                    notUpgradingCompletionHandler: { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: false))
                            return .http(
                                try NIOAsyncChannel(
                                    wrappingChannelSynchronously: channel,
                                    configuration: .init(isOutboundHalfClosureEnabled: true)))
                        }
                    }))
            try pipeline.addHandlers([encoder, decoder, connection, upgrade])
            return Value(connection: upgrade.upgradeResultFuture, channel: channel)
        }
    }

    package func handle(value: Value, logger: Logger) async {
        let connection: Connection
        do {
            connection = try await value.connection.get()
        } catch {
            logger.trace("A connection ended before its first request.", metadata: ["error": "\(error)"])
            return
        }
        switch connection {
        case .http(let channel):
            await withTaskExecutorPreference(EventLoopExecutor(channel.channel.eventLoop)) {
                await handleHTTP(asyncChannel: channel, logger: logger)
            }
        case .webSocket(let connection, let handler): await connection.run(handler, logger: logger)
        }
    }

    /// True for requests that take little to read and to answer: those that change something and bring at most 64 KiB,
    /// not packed. They are answered on the connection's event loop; all others where long work may be done.
    private static func isBrief(_ request: Request) -> Bool {
        switch request.method {
        case .post, .patch, .put, .delete:
            guard request.headers[.transferEncoding] == nil, request.headers[.contentEncoding] == nil else {
                return false
            }
            return request.headers[.contentLength].map { Int($0).map { $0 <= 65_536 } ?? false } ?? true
        default: return false
        }
    }

    private var decoderLimits: NIOHTTPDecoderLimitConfiguration {
        var configuration = NIOHTTPDecoderLimitConfiguration()
        configuration.maxHeaderFieldSize = limits.maximumHeaderByteCount
        configuration.maxHeaderListSize = limits.maximumHeadByteCount
        configuration.maxHeaderFieldCount = limits.maximumHeaderCount
        return configuration
    }
}
