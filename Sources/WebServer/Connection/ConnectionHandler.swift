import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import NIOHTTP1

/// Performs what `ConnectionState` decides for one connection, and holds the first request back while it is being
/// decided whether the connection becomes a WebSocket.
///
/// Stands right behind the HTTP/1 codec. It takes the `Upgrade` header from every request that is not to be upgraded,
/// since the upgrade handler behind it drops requests whose offer nobody accepts.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Decides on the event loop whether a request that offers a WebSocket gets one.
    typealias AcceptUpgrade = (HTTPRequestHead) -> EventLoopFuture<Bool>

    private enum Upgrade {
        case possible
        /// The request whose offer is being decided on.
        case deciding([HTTPServerRequestPart])
        case decided
    }

    private let limits: ConnectionLimits
    private let logger: Logger
    private let acceptUpgrade: AcceptUpgrade
    private var state: ConnectionState
    private var upgrade = Upgrade.possible
    private var timer: (deadline: NIODeadline, task: Scheduled<Void>)?
    private var isRemoved = false

    init(limits: ConnectionLimits, logger: Logger, acceptUpgrade: @escaping AcceptUpgrade) {
        self.limits = limits
        self.logger = logger
        self.acceptUpgrade = acceptUpgrade
        state = ConnectionState(limits: limits, now: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        state = ConnectionState(limits: limits, now: .now())
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        isRemoved = true
        timer?.task.cancel()
        timer = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = Self.resolved(Self.unwrapInboundIn(data))
        let now = NIODeadline.now()
        let (inbound, action): (ConnectionState.Inbound, ConnectionState.Action)
        switch part {
        case .head(let head): (inbound, action) = state.receiveHead(head, now: now)
        case .body(let buffer): (inbound, action) = state.receiveBody(byteCount: buffer.readableBytes, now: now)
        case .end: (inbound, action) = state.receiveEnd(now: now)
        }
        if inbound == .forward { forward(part, context) }
        perform(action, context)
    }

    /// The part with the authority of a target in absolute form as its Host: it goes before the one that was sent (RFC 9112,
    /// section 3.2.2), and nobody sees it behind here.
    private static func resolved(_ part: HTTPServerRequestPart) -> HTTPServerRequestPart {
        guard case .head(var head) = part, let authority = RequestTarget.authority(of: head.uri) else { return part }
        head.headers.replaceOrAdd(name: "Host", value: authority)
        return .head(head)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        state.completeRead(now: .now())
        schedule(context)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        state.requestRead(now: .now())
        schedule(context)
        context.read()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            logger.debug("A connection failed.", metadata: ["error": "\(error)"])
            context.fireErrorCaught(error)
            return
        }
        logger.debug("A client sent something that is not HTTP.", metadata: ["error": "\(error)"])
        perform(state.failParsing(error), context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        state.changeWritability(context.channel.isWritable, now: .now())
        schedule(context)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            perform(state.quiesce(now: .now()), context)
            return
        }
        if let event = event as? ChannelEvent, event == .inputClosed {
            let action = state.closeInput()
            context.fireUserInboundEventTriggered(event)
            perform(action, context)
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !state.isClosing else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch Self.unwrapOutboundIn(data) {
        case .head(var head):
            if let edit = state.editHead(status: head.status) {
                head.version = edit.version
                if let connection = edit.connection {
                    head.headers.replaceOrAdd(name: "Connection", value: connection)
                }
            }
            context.write(Self.wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            // The end of a body of chunks is bytes, which must not follow the head that answers HEAD.
            let data = state.answersHead ? Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer()))) : data
            let action = state.completeResponse(now: .now())
            switch action {
            case .nothing, .refuse, .failBody:
                context.write(data, promise: promise)
                perform(action, context)
            case .close, .abort:
                let written = promise ?? context.eventLoop.makePromise()
                let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
                written.futureResult.assumeIsolated().whenComplete { _ in
                    let (handler, context) = bound.value
                    handler.perform(action, context)
                }
                context.writeAndFlush(data, promise: written)
            }
        }
        schedule(context)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output {
            state.beginClosing(now: .now())
            schedule(context)
        }
        context.close(mode: mode, promise: promise)
    }

    // MARK: - What the state asks for

    private func perform(_ action: ConnectionState.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .nothing: break
        case .refuse(let error): refuse(error, context)
        case .failBody(let error): context.fireErrorCaught(error)
        case .close:
            guard !isRemoved else { return }
            state.beginClosing(now: .now())
            context.close(mode: .output, promise: nil)
        case .abort:
            context.close(mode: .all, promise: nil)
        }
        schedule(context)
    }

    private func refuse(_ error: APIError, _ context: ChannelHandlerContext) {
        let body = ByteBuffer(bytes: error.body.encoded())
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: error.status.code),
            headers: [
                "Content-Type": "application/json", "Content-Length": String(body.readableBytes),
                "Connection": "close", "X-Request-Id": RequestID().description,
            ])
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(Self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        state.beginClosing(now: .now())
        written.futureResult.assumeIsolated().whenComplete { _ in
            let (handler, context) = bound.value
            handler.perform(.close, context)
        }
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: written)
    }

    private func schedule(_ context: ChannelHandlerContext) {
        guard !isRemoved, let deadline = state.deadline else { return }
        if let timer {
            // A timer that fires too early looks at the state again; only an earlier deadline needs another one.
            guard deadline < timer.deadline else { return }
            timer.task.cancel()
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let task = context.eventLoop.scheduleTask(deadline: deadline) {
            let (handler, context) = bound.value
            handler.timer = nil
            guard !handler.isRemoved else { return }
            handler.perform(handler.state.timePassed(now: .now()), context)
        }
        timer = (deadline, task)
    }

    // MARK: - Upgrades

    private func forward(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch (upgrade, part) {
        case (.possible, .head(let head)) where WebSocketOffer.isMade(by: head):
            upgrade = .deciding([part])
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            acceptUpgrade(head).hop(to: context.eventLoop).assumeIsolated().whenComplete { result in
                let (handler, context) = bound.value
                var isAccepted = false
                if case .success(true) = result { isAccepted = true }
                handler.decide(isAccepted, context)
            }
        case (.deciding(let parts), _):
            upgrade = .deciding(parts + [part])
        case (_, .head(let head)):
            upgrade = .decided
            context.fireChannelRead(Self.wrapInboundOut(.head(WebSocketOffer.removed(from: head))))
        default:
            context.fireChannelRead(Self.wrapInboundOut(part))
        }
    }

    private func decide(_ isAccepted: Bool, _ context: ChannelHandlerContext) {
        guard case .deciding(let parts) = upgrade, !isRemoved else { return }
        upgrade = .decided
        for part in parts {
            if case .head(let head) = part, !isAccepted {
                context.fireChannelRead(Self.wrapInboundOut(.head(WebSocketOffer.removed(from: head))))
            } else {
                context.fireChannelRead(Self.wrapInboundOut(part))
            }
        }
        context.fireChannelReadComplete()
    }
}

@available(*, unavailable)
extension ConnectionHandler: Sendable {}
