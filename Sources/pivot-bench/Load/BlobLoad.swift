import Blobs
import NIOCore
import Tracking

/// The blob store on float32 numbers of normal(0, 0.02), as the weights of a network are.
struct BlobLoad {
    /// The number of frames of 1 MiB in the content.
    var frameCount: Int

    /// 10^6 bytes of content a second on one thread.
    struct Figures {
        /// `put` into a new store, with hash, planes, compression and sync.
        var put = 0.0
        /// `put` of a safetensors file of 16 tensors with the same numbers.
        var putTensors = 0.0
        /// Reading all of it with every frame verified, from the page cache.
        var read = 0.0
        /// Encoding alone: checksum, planes, compression.
        var encode = 0.0
        /// Decoding alone: decompression, planes, checksum.
        var decode = 0.0
        /// SHA-256 alone.
        var digest = 0.0
    }

    private static let frameByteCount = 1 << 20

    /// Runs everything once in the folder `root`, which is new.
    func run(root: String) async throws -> Figures {
        var content = ByteBuffer()
        WeightBlock(seed: 1).forEachPiece(of: frameCount * Self.frameByteCount) { _ = content.writeBytes($0) }
        var figures = try measureParts(content)
        let store = try FileBlobStore(root: root, clock: { Timestamp(rawValue: 0) })
        var began = ContinuousClock.now
        let stored = try await store.put(contentsOf: pieces(of: content))
        figures.put = rate(content.readableBytes, (ContinuousClock.now - began).seconds)
        began = ContinuousClock.now
        var count = 0
        for try await buffer in try await store.open(stored.digest).bytes() { count += buffer.readableBytes }
        figures.read = rate(count, (ContinuousClock.now - began).seconds)
        let tensors = try FileBlobStore(root: root + "-tensors", clock: { Timestamp(rawValue: 0) })
        let file = safetensors(content, tensorCount: 16)
        began = ContinuousClock.now
        _ = try await tensors.put(contentsOf: pieces(of: file))
        figures.putTensors = rate(content.readableBytes, (ContinuousClock.now - began).seconds)
        return figures
    }

    private func measureParts(_ content: ByteBuffer) throws -> Figures {
        var encoder = try PackFrameEncoder()
        var decoder = try PackFrameDecoder()
        var stored = [UInt8](repeating: 0, count: Self.frameByteCount)
        var decoded = stored
        var (encode, decode, digest) = (0.0, 0.0, 0.0)
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
            digest =
                ContinuousClock().measure {
                    var hasher = Digest.Hasher()
                    hasher.update(content)
                    _ = hasher.finalize()
                }.seconds
        }
        return Figures(
            encode: rate(content.readableBytes, encode), decode: rate(content.readableBytes, decode),
            digest: rate(content.readableBytes, digest))
    }

    private func rate(_ byteCount: Int, _ seconds: Double) -> Double { Double(byteCount) / 1e6 / seconds }

    private func safetensors(_ content: ByteBuffer, tensorCount: Int) -> ByteBuffer {
        let size = content.readableBytes / tensorCount
        let tensors = (0..<tensorCount).map { index in
            "\"t\(index)\":{\"dtype\":\"F32\",\"shape\":[\(size / 4)],"
                + "\"data_offsets\":[\(index * size),\((index + 1) * size)]}"
        }
        let header = "{" + tensors.joined(separator: ",") + "}"
        var file = ByteBuffer(integer: UInt64(header.utf8.count), endianness: .little)
        file.writeString(header)
        file.writeImmutableBuffer(content)
        return file
    }

    /// The buffer in pieces of 64 KiB, as a connection delivers them.
    private func pieces(of buffer: ByteBuffer) -> AsyncStream<ByteBuffer> {
        AsyncStream { continuation in
            var rest = buffer
            while let piece = rest.readSlice(length: min(max(rest.readableBytes, 1), 65_536)) {
                continuation.yield(piece)
            }
            continuation.finish()
        }
    }
}
