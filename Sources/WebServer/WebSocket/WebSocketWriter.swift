package import NIOCore

/// The server's side of a WebSocket.
package struct WebSocketWriter: Sendable {
    private let outbound: NIOAsyncChannelOutboundWriter<WebSocketOutput>

    init(outbound: NIOAsyncChannelOutboundWriter<WebSocketOutput>) {
        self.outbound = outbound
    }

    /// Sends messages of JSON text; waits while the client does not take them.
    ///
    /// - Throws: when the connection is closed or the task cancelled.
    package func send(_ texts: [ByteBuffer]) async throws {
        try await outbound.write(contentsOf: texts.map { .text($0) })
    }

    /// Begins the closing handshake; nothing can be sent afterwards, and a second call does nothing.
    package func close(_ code: WebSocketCloseCode, reason: String = "") async throws {
        try await outbound.write(.close(code, reason: reason))
    }
}
