import NIOCore
import Synchronization
import Tracking

/// The body of an upload: some bytes, the source in pieces of 256 KiB, some bytes. Each iteration reads the source anew.
struct UploadChunks: AsyncSequence, Sendable {
    /// What the last complete iteration saw.
    final class Witness: Sendable {
        private let seen = Mutex<Digest?>(nil)

        /// The digest of the source's bytes, when an iteration has reached their end.
        var digest: Digest? { seen.withLock { $0 } }

        fileprivate func note(_ digest: Digest) { seen.withLock { $0 = digest } }
    }

    let prefix: [UInt8]
    let source: UploadSource
    let suffix: [UInt8]
    let sourceByteCount: Int64
    let witness: Witness
    let progress: (@Sendable (TransferProgress) -> Void)?

    var byteCount: Int64 { Int64(prefix.count) + sourceByteCount + Int64(suffix.count) }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(chunks: self) }

    struct AsyncIterator: AsyncIteratorProtocol {
        private enum Stage { case prefix, source, suffix, end }

        private static let pieceByteCount = 256 << 10
        private let chunks: UploadChunks
        private var stage = Stage.prefix
        private var file: LocalFile?
        private var hasher = Digest.Hasher()
        private var sent: Int64 = 0

        init(chunks: UploadChunks) { self.chunks = chunks }

        mutating func next() async throws -> ByteBuffer? {
            while true {
                switch stage {
                case .prefix:
                    stage = .source
                    if !chunks.prefix.isEmpty { return ByteBuffer(bytes: chunks.prefix) }
                case .source:
                    let piece = try await nextPiece()
                    guard !piece.isEmpty else {
                        chunks.witness.note(hasher.finalize())
                        stage = .suffix
                        continue
                    }
                    hasher.update(piece)
                    sent += Int64(piece.count)
                    chunks.progress?(TransferProgress(byteCount: sent, totalByteCount: chunks.sourceByteCount))
                    return ByteBuffer(bytes: piece)
                case .suffix:
                    stage = .end
                    if !chunks.suffix.isEmpty { return ByteBuffer(bytes: chunks.suffix) }
                case .end:
                    return nil
                }
            }
        }

        private mutating func nextPiece() async throws(ClientError) -> [UInt8] {
            switch chunks.source {
            case .bytes(let bytes):
                return Array(bytes.dropFirst(Int(sent)).prefix(AsyncIterator.pieceByteCount))
            case .file(let path):
                let open = file
                let (opened, piece) = try await LocalFile.run {
                    let opened = try open ?? LocalFile(path, flags: 0)
                    return (opened, try opened.read(upTo: AsyncIterator.pieceByteCount))
                }
                file = opened
                return piece
            }
        }
    }
}
