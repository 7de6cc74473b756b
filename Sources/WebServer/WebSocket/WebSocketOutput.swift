package import NIOCore

/// An output of a feed to a WebSocket.
package enum WebSocketOutput: Sendable {
    /// One message of JSON text.
    case text(ByteBuffer)
    /// The end.
    case close(WebSocketCloseCode, reason: String)
}
