package import NIOCore

/// The server's side of a WebSocket.
package struct WebSocketWriter: Sendable {
    private let outbound: NIOAsyncChannelOutboundWriter<WebSocketOutput>
    /// Writes frames that others get too.
    package let direct: DirectWriter

    init(outbound: NIOAsyncChannelOutboundWriter<WebSocketOutput>, channel: any Channel) {
        self.outbound = outbound
        direct = DirectWriter(webSocket: channel)
    }

    /// Sends messages of JSON text; waits while the client does not take them.
    ///
    /// - Throws: when the connection is closed or the task cancelled.
    package func send(_ texts: [ByteBuffer]) async throws {
        // One write for all: what a message costs on its way through the pipeline is more than the message.
        try await outbound.write(.frames(Self.frames(of: texts)))
    }

    /// Messages of JSON text as they go over the wire.
    package static func frames(of texts: [ByteBuffer]) -> ByteBuffer {
        var frames = ByteBuffer()
        frames.reserveCapacity(texts.reduce(0) { $0 + $1.readableBytes + 10 })
        for text in texts { frames.writeTextFrame(text) }
        return frames
    }

    /// Begins the closing handshake; nothing can be sent afterwards, and a second call does nothing.
    package func close(_ code: WebSocketCloseCode, reason: String = "") async throws {
        try await outbound.write(.close(code, reason: reason))
    }
}

extension ByteBuffer {
    /// Writes an unmasked frame that is a whole text message (RFC 6455, section 5.2).
    fileprivate mutating func writeTextFrame(_ text: ByteBuffer) {
        writeInteger(UInt8(0x81))
        switch text.readableBytes {
        case ..<126: writeInteger(UInt8(text.readableBytes))
        case ..<65_536:
            writeInteger(UInt8(126))
            writeInteger(UInt16(text.readableBytes))
        default:
            writeInteger(UInt8(127))
            writeInteger(UInt64(text.readableBytes))
        }
        writeImmutableBuffer(text)
    }
}
