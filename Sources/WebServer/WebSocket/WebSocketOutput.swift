package import NIOCore

/// What a feed sends on a WebSocket.
package enum WebSocketOutput: Sendable {
    /// One message of JSON text.
    case text(ByteBuffer)
    /// The end.
    case close(WebSocketCloseCode, reason: String)
}
