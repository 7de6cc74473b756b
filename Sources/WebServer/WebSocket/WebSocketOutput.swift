package import NIOCore

/// An output of a feed to a WebSocket.
package enum WebSocketOutput: Sendable {
    /// Messages of JSON text as frames, ready for the wire.
    case frames(ByteBuffer)
    /// The end.
    case close(WebSocketCloseCode, reason: String)
}
