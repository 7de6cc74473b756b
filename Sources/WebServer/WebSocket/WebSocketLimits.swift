package import NIOCore

/// The limits on the time and memory that a client may take with a WebSocket.
package struct WebSocketLimits: Sendable {
    /// Between two pings. A client that leaves one unanswered until the next is gone.
    package var pingInterval: TimeAmount = .seconds(20)
    /// The time that the other side's half of the closing handshake is waited for.
    package var closeTimeout: TimeAmount = .seconds(3)
    /// The time that the client may take nothing before it is closed with 4408.
    package var slowReaderTimeout: TimeAmount = .seconds(30)
    /// The longest frame that a client may send, in bytes.
    package var maximumFrameByteCount = 64 * 1024
    /// The longest message that a client may send, in bytes, over all its fragments.
    package var maximumMessageByteCount = 64 * 1024

    package init() {}
}
