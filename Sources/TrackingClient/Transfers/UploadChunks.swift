import NIOCore
import Synchronization
import Tracking

/// The body of an upload: the source in pieces of 256 KiB. Each iteration reads the source anew.
struct UploadChunks: AsyncSequence, Sendable {
    /// A record of what the last complete iteration saw.
    final class Witness: Sendable {
        private let seen = Mutex<Digest?>(nil)

        /// The digest of the source's bytes, when an iteration has reached their end.
        var digest: Digest? { seen.withLock { $0 } }

        fileprivate func note(_ digest: Digest) { seen.withLock { $0 = digest } }
    }

    let source: UploadSource
    let byteCount: Int64
    let witness = Witness()
    let progress: (@Sendable (TransferProgress) -> Void)?

    /// Throws `file` when the source cannot be examined.
    init(_ source: UploadSource, progress: (@Sendable (TransferProgress) -> Void)?) async throws(ClientError) {
        self.source = source
        byteCount = try await source.byteCount()
        self.progress = progress
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(chunks: self) }

    struct AsyncIterator: AsyncIteratorProtocol {
        private static let pieceByteCount = 256 << 10
        private let chunks: UploadChunks
        private var file: LocalFile?
        private var hasher = Digest.Hasher()
        private var sent: Int64 = 0

        init(chunks: UploadChunks) { self.chunks = chunks }

        mutating func next() async throws -> ByteBuffer? {
            let piece = try await nextPiece()
            guard !piece.isEmpty else {
                chunks.witness.note(hasher.finalize())
                return nil
            }
            hasher.update(piece)
            sent += Int64(piece.count)
            chunks.progress?(TransferProgress(byteCount: sent, totalByteCount: chunks.byteCount))
            return ByteBuffer(bytes: piece)
        }

        private mutating func nextPiece() async throws(ClientError) -> [UInt8] {
            switch chunks.source {
            case .bytes(let bytes):
                return Array(bytes.dropFirst(Int(sent)).prefix(AsyncIterator.pieceByteCount))
            case .file(let path): return try await nextPiece(of: path, from: 0, AsyncIterator.pieceByteCount)
            case .part(let path, let start, let byteCount):
                let rest = Swift.min(byteCount - sent, Int64(AsyncIterator.pieceByteCount))
                return rest > 0 ? try await nextPiece(of: path, from: start, Int(rest)) : []
            }
        }

        private mutating func nextPiece(of path: String, from start: Int64, _ count: Int) async throws(ClientError)
            -> [UInt8]
        {
            let open = file
            let (opened, piece) = try await LocalFile.run {
                let opened = try open ?? LocalFile(path, flags: 0)
                if open == nil, start > 0 { try opened.seek(to: start) }
                return (opened, try opened.read(upTo: count))
            }
            file = opened
            return piece
        }
    }
}
