package import NIOCore
package import NIOWebSocket

/// One WebSocket from its opening to its end, as rules (RFC 6455): what a client's frame asks for, when to ping, when
/// to give up.
///
/// Pure: the time is an argument, and what is to be done is returned. Clients have nothing to say on a feed: their
/// messages are checked and ignored.
package struct WebSocketState {
    /// The action that the performer is to take.
    package enum Action: Equatable {
        case send(WebSocketOpcode, ByteBuffer)
        /// Send a close frame; nothing is sent after it. `thenEnd`: close the connection when it is out.
        case sendClose(WebSocketCloseCode?, reason: String, thenEnd: Bool)
        /// Close the connection at once.
        case end
    }

    private enum Phase: Equatable {
        case open
        /// Our close frame is out, since.
        case closing(since: NIODeadline)
        case ended
    }

    private struct Message {
        var isText: Bool
        var bytes: ByteBuffer
    }

    private let limits: WebSocketLimits
    private var phase = Phase.open
    private var message: Message?
    private var nextPing: NIODeadline
    private var awaitsPong = false
    private var blockedSince: NIODeadline?

    /// A connection that was opened at `now`.
    package init(limits: WebSocketLimits, now: NIODeadline) {
        self.limits = limits
        nextPing = now + limits.pingInterval
    }

    /// True while text may still be sent.
    package var isOpen: Bool { phase == .open }

    /// The time at which `timePassed` must be called, unless something happens before.
    package var deadline: NIODeadline? {
        switch phase {
        case .open:
            if let blockedSince { return min(nextPing, blockedSince + limits.slowReaderTimeout) }
            return nextPing
        case .closing(let since): return since + limits.closeTimeout
        case .ended: return nil
        }
    }

    /// The client sent a frame.
    package mutating func receive(_ frame: WebSocketFrame, now: NIODeadline) -> [Action] {
        switch phase {
        case .ended: return []
        case .closing:
            guard frame.opcode == .connectionClose else { return [] }
            phase = .ended
            return [.end]
        case .open: break
        }
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return close(.protocolError, "A reserved bit is set.", now)
        }
        guard frame.maskKey != nil else { return close(.protocolError, "A client's frames must be masked.", now) }
        switch frame.opcode {
        case .ping: return [.send(.pong, frame.unmaskedData)]
        case .pong:
            awaitsPong = false
            return []
        case .connectionClose: return answerClose(frame.unmaskedData, now)
        case .text, .binary:
            guard message == nil else { return close(.protocolError, "A message began inside another.", now) }
            message = Message(isText: frame.opcode == .text, bytes: ByteBuffer())
            return extend(with: frame, now)
        case .continuation:
            guard message != nil else { return close(.protocolError, "A continuation has no beginning.", now) }
            return extend(with: frame, now)
        default: return close(.protocolError, "The opcode is unknown.", now)
        }
    }

    /// The bytes that came are not a frame.
    package mutating func fail(_ error: NIOWebSocketError, now: NIODeadline) -> [Action] {
        guard phase == .open else { return [] }
        switch error {
        case .invalidFrameLength: return close(.messageTooBig, "The frame is too long.", now)
        default: return close(.protocolError, "A control frame is too long or fragmented.", now)
        }
    }

    /// The server wants to close.
    package mutating func close(_ code: WebSocketCloseCode, _ reason: String, _ now: NIODeadline) -> [Action] {
        guard phase == .open else { return [] }
        phase = .closing(since: now)
        message = nil
        return [.sendClose(code, reason: reason, thenEnd: false)]
    }

    /// Notes whether the client takes what is written.
    package mutating func changeWritability(_ isWritable: Bool, now: NIODeadline) {
        blockedSince = isWritable ? nil : blockedSince ?? now
    }

    /// The time is `now`; does what the deadline asks for.
    package mutating func timePassed(now: NIODeadline) -> [Action] {
        guard let deadline, now >= deadline else { return [] }
        switch phase {
        case .ended: return []
        case .closing:
            phase = .ended
            return [.end]
        case .open: break
        }
        if let blockedSince, now >= blockedSince + limits.slowReaderTimeout {
            return close(.slowReader, "The client reads too slowly. Reconnect after the last position.", now)
        }
        nextPing = now + limits.pingInterval
        guard blockedSince == nil else { return [] }
        guard !awaitsPong else {
            phase = .ended
            return [.end]
        }
        awaitsPong = true
        return [.send(.ping, ByteBuffer())]
    }

    private mutating func extend(with frame: WebSocketFrame, _ now: NIODeadline) -> [Action] {
        guard var message else { return [] }
        var data = frame.unmaskedData
        message.bytes.writeBuffer(&data)
        guard message.bytes.readableBytes <= limits.maximumMessageByteCount else {
            return close(.messageTooBig, "The message is too long.", now)
        }
        guard frame.fin else {
            self.message = message
            return []
        }
        self.message = nil
        if message.isText, String(validating: message.bytes.readableBytesView, as: UTF8.self) == nil {
            return close(.invalidPayload, "The text is not UTF-8.", now)
        }
        return []
    }

    /// The client closes: its code comes back, or the right one when it may not be sent.
    private mutating func answerClose(_ data: ByteBuffer, _ now: NIODeadline) -> [Action] {
        phase = .closing(since: now)
        func answer(_ code: WebSocketCloseCode?, _ reason: String = "") -> [Action] {
            [.sendClose(code, reason: reason, thenEnd: true)]
        }
        guard data.readableBytes > 0 else { return answer(nil) }
        var data = data
        guard let rawCode = data.readInteger(as: UInt16.self) else {
            return answer(.protocolError, "The close code is incomplete.")
        }
        let code = WebSocketCloseCode(rawValue: rawCode)
        guard code.isValidFromClient else {
            return answer(.protocolError, "The close code is not allowed.")
        }
        guard String(validating: data.readableBytesView, as: UTF8.self) != nil else {
            return answer(.invalidPayload, "The reason is not UTF-8.")
        }
        return answer(code)
    }
}
