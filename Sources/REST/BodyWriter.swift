package import Hummingbird
package import NIOCore
import ServiceLifecycle
package import WebServer

/// Lends a response body's writer to the task that feeds it.
///
/// Unchecked: the writer is only used by the one task that writes, while its owner waits for that task.
package struct BodyWriter: @unchecked Sendable {
    private let writer: any ResponseBodyWriter

    package init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    /// Sends bytes; waits while the client does not take them.
    package func write(_ buffer: ByteBuffer) async throws {
        var writer = writer
        try await writer.write(buffer)
    }
}

extension Call {
    /// Runs `body`, which follows something, until it returns, the client has gone or the server stops.
    package func whileConnected(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await request.body.consumeWithCancellationOnInboundClose { _ in
            do {
                try await cancelWhenGracefulShutdown { try await body() }
            } catch is CancellationError {
                return
            }
        }
    }
}
