import Compression
import Synchronization

/// Compresses payloads with contexts that are used again, since making one costs more than a small payload.
final class PayloadCompressor: Sendable {
    /// The most idle contexts that are kept.
    private static let idleCount = 4

    private let idle = Mutex<[Context]>([])

    /// A context, owned by the list of idle ones or by the one call that took it.
    private final class Context: Sendable {
        let compressor: Mutex<ZstandardCompressor>

        init() throws(ZstandardError) { compressor = Mutex(try ZstandardCompressor()) }
    }

    /// The compressed payload if it is smaller; nil when it is not, or when there is no memory to find out.
    func compress(_ payload: [UInt8]) -> [UInt8]? {
        do throws(ZstandardError) {
            let kept = idle.withLock { $0.popLast() }
            let context = if let kept { kept } else { try Context() }
            defer {
                idle.withLock { idle in
                    if idle.count < PayloadCompressor.idleCount { idle.append(context) }
                }
            }
            // One byte less than the payload: what does not fit is not worth it.
            var written: Result<Int, ZstandardError> = .success(0)
            let compressed = [UInt8](unsafeUninitializedCapacity: payload.count - 1) { buffer, count in
                written = payload.withUnsafeBytes { source in
                    context.compressor.withLock { compressor in
                        Result { () throws(ZstandardError) in
                            try compressor.compress(
                                source, into: UnsafeMutableRawBufferPointer(buffer),
                                level: RecordLayout.compressionLevel)
                        }
                    }
                }
                if case .success(let byteCount) = written { count = byteCount }
            }
            _ = try written.get()
            return compressed
        } catch {
            return nil
        }
    }
}
