import Blobs
import NIOCore
import Tracking

/// The blob store on float32 numbers of normal(0, 0.02), as the weights of a network are.
struct BlobLoad {
    /// The number of frames of 1 MiB in the content.
    var frameCount: Int

    /// 10^6 bytes of content a second. Storing, reading and SHA-256 are the medians of three.
    struct Figures {
        /// `put` into a new store, with hash, planes, compression and sync.
        var put = 0.0
        /// `put` of a safetensors file of 16 tensors with the same numbers.
        var putTensors = 0.0
        /// `put` of one whose tensors have 1 MiB each.
        var putSmallTensors = 0.0
        /// `put` of the file of 16 tensors again, as a checkpoint after itself.
        var putUnchanged = 0.0
        /// `put` of that file with 1 % of its numbers moved, as a checkpoint after it; and what was added for each byte.
        var putChanged = 0.0
        var addedShare = 0.0
        /// Reading that one.
        var readChanged = 0.0
        /// Reading all of it with every frame verified, after it was stored.
        var read = 0.0
        /// Encoding alone on one thread: checksum, planes, compression.
        var encode = 0.0
        /// Decoding alone on one thread: decompression, planes, checksum.
        var decode = 0.0
        /// SHA-256 alone on one thread.
        var digest = 0.0
    }

    private static let frameByteCount = 1 << 20

    /// Runs everything in the folder `root`, which is new.
    func run(root: String) async throws -> Figures {
        var content = ByteBuffer()
        WeightBlock(seed: 1).forEachPiece(of: frameCount * Self.frameByteCount) { _ = content.writeBytes($0) }
        // The block repeats itself; a number of its own in each frame keeps equal tensors from being stored once.
        for index in 0..<frameCount {
            content.setInteger(UInt32(index), at: index * Self.frameByteCount, endianness: .little)
        }
        var figures = try measureParts(content)
        let pieces = Self.pieces(of: content)
        let file = [safetensorsHeader(byteCount: content.readableBytes, tensorCount: 16)] + pieces
        let otherFile = [safetensorsHeader(byteCount: content.readableBytes, tensorCount: frameCount)] + pieces
        var puts: [Double] = []
        var tensorPuts: [Double] = []
        var smallTensorPuts: [Double] = []
        var (unchangedPuts, changedPuts, changedReads): ([Double], [Double], [Double]) = ([], [], [])
        let changed = [file[0]] + Self.pieces(of: Self.moved(content))
        var reads: [Double] = []
        var digests: [Double] = []
        // In turn, so that a busy neighbour slows them all down.
        for number in 0..<3 {
            digests.append(rate(content.readableBytes, hash(content)))
            let store = try Self.store(root: "\(root)-\(number)")
            let first = try await put(pieces, into: store)
            puts.append(rate(content.readableBytes, first.seconds))
            reads.append(rate(content.readableBytes, try await read(first.digest, from: store)))
            let checkpoints = try Self.store(root: "\(root)-\(number)-16")
            let tensors = try await put(file, into: checkpoints)
            tensorPuts.append(rate(content.readableBytes, tensors.seconds))
            let unchanged = try await put(file, into: checkpoints, after: tensors.digest)
            unchangedPuts.append(rate(content.readableBytes, unchanged.seconds))
            let next = try await put(changed, into: checkpoints, after: tensors.digest)
            changedPuts.append(rate(content.readableBytes, next.seconds))
            changedReads.append(rate(content.readableBytes, try await read(next.digest, from: checkpoints)))
            figures.addedShare = Double(next.addedByteCount) / Double(content.readableBytes)
            let smallTensors = try await put(otherFile, into: Self.store(root: "\(root)-\(number)-\(frameCount)"))
            smallTensorPuts.append(rate(content.readableBytes, smallTensors.seconds))
        }
        figures.put = Quantiles(puts).at(0.5)
        figures.putTensors = Quantiles(tensorPuts).at(0.5)
        figures.putSmallTensors = Quantiles(smallTensorPuts).at(0.5)
        figures.putUnchanged = Quantiles(unchangedPuts).at(0.5)
        figures.putChanged = Quantiles(changedPuts).at(0.5)
        figures.readChanged = Quantiles(changedReads).at(0.5)
        figures.read = Quantiles(reads).at(0.5)
        figures.digest = Quantiles(digests).at(0.5)
        return figures
    }

    private static func store(root: String) throws -> FileBlobStore {
        try FileBlobStore(root: root, clock: { Timestamp(rawValue: 0) })
    }

    /// The content with every hundredth number moved by a thousandth of itself.
    private static func moved(_ content: ByteBuffer) -> ByteBuffer {
        var moved = content
        for index in stride(from: 0, to: content.readableBytes - 3, by: 400) {
            guard let bits = content.getInteger(at: index, endianness: .little, as: UInt32.self) else { continue }
            moved.setInteger(
                (Float(bitPattern: bits) * 1.001).bitPattern, at: index, endianness: .little, as: UInt32.self)
        }
        return moved
    }

    /// Stores the bytes of `pieces`, after `parent`; the seconds that it took, and the bytes that were added.
    private func put(
        _ pieces: [ByteBuffer], into store: FileBlobStore, after parent: Digest? = nil
    ) async throws -> (digest: Digest, seconds: Double, addedByteCount: Int64) {
        let source = AsyncStream<ByteBuffer> { continuation in
            for piece in pieces { continuation.yield(piece) }
            continuation.finish()
        }
        let began = ContinuousClock.now
        let stored = try await store.put(contentsOf: source, hint: .unknown, parent: parent)
        return (stored.digest, (ContinuousClock.now - began).seconds, stored.addedByteCount)
    }

    /// Reads all of a blob; the seconds that it took.
    private func read(_ digest: Digest, from store: FileBlobStore) async throws -> Double {
        let began = ContinuousClock.now
        for try await _ in try await store.open(digest).bytes() {}
        return (ContinuousClock.now - began).seconds
    }

    private func measureParts(_ content: ByteBuffer) throws -> Figures {
        var encoder = try PackFrameEncoder()
        var decoder = try PackFrameDecoder()
        var stored = [UInt8](repeating: 0, count: Self.frameByteCount)
        var decoded = stored
        var (encode, decode) = (0.0, 0.0)
        content.withUnsafeReadableBytes { content in
            for start in stride(from: 0, to: content.count, by: Self.frameByteCount) {
                let frame = UnsafeRawBufferPointer(rebasing: content[start..<start + Self.frameByteCount])
                var row: PackRow.Frame?
                encode +=
                    ContinuousClock().measure {
                        encoder.encode(frame, transform: .planes4) { encoded, bytes in
                            row = encoded
                            stored.withUnsafeMutableBytes { $0.copyMemory(from: bytes) }
                        }
                    }.seconds
                guard let row else { continue }
                let room = decoder.room(for: row)
                room.copyBytes(from: stored.prefix(room.count))
                decode +=
                    ContinuousClock().measure {
                        decoded.withUnsafeMutableBytes { _ = decoder.decode(row, into: $0) }
                    }.seconds
            }
        }
        return Figures(
            encode: rate(content.readableBytes, encode), decode: rate(content.readableBytes, decode))
    }

    /// The seconds that it takes to hash the content on one thread.
    private func hash(_ content: ByteBuffer) -> Double {
        ContinuousClock().measure {
            var hasher = Digest.Hasher()
            content.withUnsafeReadableBytes { hasher.update($0) }
            _ = hasher.finalize()
        }.seconds
    }

    private func rate(_ byteCount: Int, _ seconds: Double) -> Double { Double(byteCount) / 1e6 / seconds }

    /// The first bytes of a safetensors file of `byteCount` bytes of float32 in `tensorCount` equal parts.
    private func safetensorsHeader(byteCount: Int, tensorCount: Int) -> ByteBuffer {
        let size = byteCount / tensorCount
        let tensors = (0..<tensorCount).map { index in
            "\"t\(index)\":{\"dtype\":\"F32\",\"shape\":[\(size / 4)],"
                + "\"data_offsets\":[\(index * size),\((index + 1) * size)]}"
        }
        let header = "{" + tensors.joined(separator: ",") + "}"
        var bytes = ByteBuffer(integer: UInt64(header.utf8.count), endianness: .little)
        bytes.writeString(header)
        return bytes
    }

    /// Copies of the buffer's bytes in pieces of 64 KiB, as a connection delivers them.
    private static func pieces(of buffer: ByteBuffer) -> [ByteBuffer] {
        let bytes = buffer.readableBytesView
        return stride(from: 0, to: bytes.count, by: 65_536).map { start in
            ByteBuffer(bytes: bytes[bytes.startIndex + start..<min(bytes.startIndex + start + 65_536, bytes.endIndex)])
        }
    }
}
