import NIOCore
import NIOWebSocket

/// Performs what `WebSocketState` decides: answers pings and closings, pings, and closes with 1001 when the server
/// stops. What clients say goes no further.
final class WebSocketChannelHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = Never
    typealias OutboundIn = WebSocketOutput
    typealias OutboundOut = WebSocketFrame

    private var state: WebSocketState
    private let limits: WebSocketLimits
    private var timer: (deadline: NIODeadline, task: Scheduled<Void>)?
    private var isRemoved = false

    init(limits: WebSocketLimits) {
        self.limits = limits
        state = WebSocketState(limits: limits, now: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        state = WebSocketState(limits: limits, now: .now())
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        isRemoved = true
        timer?.task.cancel()
        timer = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        perform(state.receive(Self.unwrapInboundIn(data), now: .now()), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? NIOWebSocketError else {
            context.fireErrorCaught(error)
            return
        }
        perform(state.fail(error, now: .now()), context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            perform(state.close(.goingAway, "The server is shutting down.", .now()), context)
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        state.changeWritability(context.channel.isWritable, now: .now())
        schedule(context)
        context.fireChannelWritabilityChanged()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state.isOpen else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch Self.unwrapOutboundIn(data) {
        case .frames(let bytes): writeEncoded(bytes, promise, context)
        case .close(let code, let reason):
            perform(state.close(code, reason, .now()), context)
            promise?.succeed()
        }
    }

    /// Writes frames that are encoded already, past the encoder that makes bytes of frames.
    private func writeEncoded(
        _ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext
    ) {
        do {
            try context.pipeline.syncOperations.context(handlerType: WebSocketFrameEncoder.self)
                .write(NIOAny(bytes), promise: promise)
        } catch {
            promise?.fail(error)
        }
    }

    private func perform(_ actions: [WebSocketState.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .send(let opcode, let data):
                send(WebSocketFrame(fin: true, opcode: opcode, data: data), context)
            case .sendClose(let code, let reason, let thenEnd):
                sendClose(code, reason, thenEnd: thenEnd, context)
            case .end:
                context.close(mode: .all, promise: nil)
            }
        }
        schedule(context)
    }

    private func sendClose(
        _ code: WebSocketCloseCode?, _ reason: String, thenEnd: Bool, _ context: ChannelHandlerContext
    ) {
        var data = ByteBuffer()
        if let code {
            data.writeInteger(code.rawValue)
            data.writeString(reason)
        }
        let written = context.eventLoop.makePromise(of: Void.self)
        // A client at fault need not answer (RFC 6455, section 7.1.7); what it still sends is read for a while, so that it can
        // read why the connection ends.
        if thenEnd || code?.endsConnection == true {
            let mode: CloseMode = thenEnd ? .all : .output
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            written.futureResult.assumeIsolated().whenComplete { _ in bound.value.close(mode: mode, promise: nil) }
        }
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
        context.writeAndFlush(Self.wrapOutboundOut(frame), promise: written)
    }

    private func send(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
        context.writeAndFlush(Self.wrapOutboundOut(frame), promise: nil)
    }

    private func schedule(_ context: ChannelHandlerContext) {
        guard !isRemoved, let deadline = state.deadline else { return }
        if let timer {
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
}

@available(*, unavailable)
extension WebSocketChannelHandler: Sendable {}
