package import NIOCore
import NIOHTTPTypes

/// Writes to a connection on its event loop, past the task that serves it: for bytes that many connections get alike.
///
/// To be used only while that task waits for something else, so that what it writes keeps its place.
package struct DirectWriter: Sendable {
    private enum Form {
        case body, webSocket
    }

    private let channel: any Channel
    private let form: Form

    /// A writer of pieces of the body with which a request is being answered.
    package init(body scope: RequestScope) {
        channel = scope.channel
        form = .body
    }

    /// A writer of frames as `WebSocketWriter.frames(of:)` makes them.
    init(webSocket channel: any Channel) {
        self.channel = channel
        form = .webSocket
    }

    package var eventLoop: any EventLoop { channel.eventLoop }

    /// False while the client does not take what was written.
    package var isWritable: Bool { channel.isWritable }

    /// Writes `bytes` in one go. Whoever serves the connection learns of its end, not the caller.
    package func write(_ bytes: ByteBuffer) {
        switch form {
        case .body: channel.writeAndFlush(HTTPResponsePart.body(bytes), promise: nil)
        case .webSocket: channel.writeAndFlush(WebSocketOutput.frames(bytes), promise: nil)
        }
    }
}
