import Hummingbird
import NIOCore

/// Lends a response body's writer to the task that feeds it.
///
/// Unchecked: the writer is only used by the one task that writes, while its owner waits for that task.
struct EventStreamWriter: @unchecked Sendable {
    private let writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    /// Sends bytes; waits while the client does not take them.
    func write(_ buffer: ByteBuffer) async throws {
        var writer = writer
        try await writer.write(buffer)
    }
}
