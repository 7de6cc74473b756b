import Glibc
import NIOCore
import Tracking

/// Measures the store on float32 numbers of normal(0, 0.02), as the weights of a network are.
package enum BlobBenchmark {
    /// What a run measured. Rates are 10^6 bytes of content a second on one thread.
    package struct Figures: Sendable {
        /// Content bytes of the run.
        package var byteCount = 0
        /// `put` into a new store, with hash, planes, compression and sync.
        package var putRate = 0.0
        /// The same in content bytes for a second of the process's time on its cores, disk waits left out.
        package var putProcessorRate = 0.0
        /// `put` of a safetensors file of 16 tensors with the same numbers.
        package var putTensorsRate = 0.0
        /// Reading all of it with every frame verified, from the page cache.
        package var readRate = 0.0
        /// Content bytes per stored byte.
        package var ratio = 0.0
        /// Encoding alone: checksum, planes, compression.
        package var encodeRate = 0.0
        /// Decoding alone: decompression, planes, checksum.
        package var decodeRate = 0.0
        /// Splitting into planes alone.
        package var splitRate = 0.0
        /// Joining planes alone.
        package var joinRate = 0.0
        /// The frame checksum alone.
        package var checksumRate = 0.0
        /// SHA-256 alone.
        package var digestRate = 0.0
        /// Encoding frames whose kind has to be found by a sample.
        package var detectRate = 0.0
    }

    /// Runs everything once in the folder `root`, which is new, with `frameCount` frames of 1 MiB.
    package static func run(root: String, frameCount: Int, seed: UInt64) async throws -> Figures {
        var figures = Figures()
        figures.byteCount = frameCount * PackFormat.frameByteCount
        let content = weights(count: figures.byteCount / 4, seed: seed)
        try measureParts(content, &figures)

        let store = try FileBlobStore(root: root, clock: { Timestamp(rawValue: 0) })
        var start = ContinuousClock.now
        let processorStart = processorTime()
        let stored = try await store.put(contentsOf: pieces(of: content), hint: .unknown)
        figures.putRate = rate(figures.byteCount, since: start)
        figures.putProcessorRate = rate(figures.byteCount, processorTime() - processorStart)
        figures.ratio = Double(stored.byteCount) / Double(stored.storedByteCount)

        start = .now
        var count = 0
        for try await buffer in try await store.open(stored.digest).bytes() { count += buffer.readableBytes }
        figures.readRate = rate(count, since: start)

        let tensors = try FileBlobStore(root: root + "-tensors", clock: { Timestamp(rawValue: 0) })
        let file = safetensors(content, tensorCount: 16)
        start = .now
        _ = try await tensors.put(contentsOf: pieces(of: file), hint: .unknown)
        figures.putTensorsRate = rate(figures.byteCount, since: start)
        return figures
    }

    // MARK: Parts

    private static func measureParts(_ content: ByteBuffer, _ figures: inout Figures) throws {
        var encoder = try FrameEncoder()
        var decoder = try FrameDecoder()
        let planes = ScratchMemory(byteCount: PackFormat.frameByteCount)
        let joined = ScratchMemory(byteCount: PackFormat.frameByteCount)
        let storage = ScratchMemory(byteCount: PackFormat.frameByteCount)
        var encode = Duration.zero
        var decode = Duration.zero
        var split = Duration.zero
        var join = Duration.zero
        var detect = Duration.zero
        var sum: UInt64 = 0
        content.withUnsafeReadableBytes { content in
            for start in stride(from: 0, to: content.count, by: PackFormat.frameByteCount) {
                let frame = UnsafeRawBufferPointer(rebasing: content[start..<start + PackFormat.frameByteCount])
                var row: PackRow.Frame?
                encode += elapsed {
                    encoder.encode(frame, transform: .planes4) { encoded, bytes in
                        row = encoded
                        storage.mutablePrefix(bytes.count).copyMemory(from: bytes)
                    }
                }
                if let row {
                    decoder.room(for: row).copyMemory(from: storage.prefix(row.storedByteCount))
                    decode += elapsed { _ = decoder.decode(row, into: joined.bytes) }
                }
                detect += elapsed { sum &+= UInt64(encoder.transform(for: frame).rawValue) }
                split += elapsed { BytePlanes.split(frame, into: planes.bytes, transform: .planes4) }
                let quarter = PackFormat.frameByteCount / 4
                let sources = (0..<4).map { UnsafeRawPointer(planes.bytes.baseAddress!) + $0 * quarter }
                join += elapsed { BytePlanes.join(sources, into: joined.bytes) }
            }
            figures.checksumRate = rate(content.count, elapsed { sum &+= FrameChecksum.of(content) })
            var hasher = Digest.Hasher()
            figures.digestRate = rate(content.count, elapsed { hasher.update(content) })
        }
        withExtendedLifetime(sum) {}
        figures.encodeRate = rate(figures.byteCount, encode)
        figures.decodeRate = rate(figures.byteCount, decode)
        figures.splitRate = rate(figures.byteCount, split)
        figures.joinRate = rate(figures.byteCount, join)
        figures.detectRate = rate(figures.byteCount, encode + detect)
    }

    private static func elapsed(_ body: () -> Void) -> Duration { ContinuousClock().measure(body) }

    private static func rate(_ byteCount: Int, since start: ContinuousClock.Instant) -> Double {
        rate(byteCount, ContinuousClock.now - start)
    }

    private static func rate(_ byteCount: Int, _ duration: Duration) -> Double {
        Double(byteCount) / 1e6 / (duration / .seconds(1))
    }

    /// What the process has used of its cores.
    private static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    // MARK: Content

    /// Numbers of normal(0, 0.02) by the Box-Muller transform, little-endian float32.
    private static func weights(count: Int, seed: UInt64) -> ByteBuffer {
        var state = seed
        func uniform() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (Double(state >> 11) + 0.5) / 9_007_199_254_740_992
        }
        var buffer = ByteBufferAllocator().buffer(capacity: 4 * count)
        for _ in 0..<count {
            let number = Float(0.02 * (-2 * log(uniform())).squareRoot() * cos(2 * Double.pi * uniform()))
            buffer.writeInteger(number.bitPattern, endianness: .little)
        }
        return buffer
    }

    private static func safetensors(_ content: ByteBuffer, tensorCount: Int) -> ByteBuffer {
        let size = content.readableBytes / tensorCount
        let tensors = (0..<tensorCount).map { index in
            "\"t\(index)\":{\"dtype\":\"F32\",\"shape\":[\(size / 4)],\"data_offsets\":[\(index * size),\((index + 1) * size)]}"
        }
        let header = "{" + tensors.joined(separator: ",") + "}"
        var file = ByteBuffer(integer: UInt64(header.utf8.count), endianness: .little)
        file.writeString(header)
        file.writeImmutableBuffer(content)
        return file
    }

    /// The buffer in pieces of 64 KiB, as a connection delivers them.
    private static func pieces(of buffer: ByteBuffer) -> AsyncStream<ByteBuffer> {
        AsyncStream { continuation in
            var rest = buffer
            while rest.readableBytes > 0, let piece = rest.readSlice(length: min(rest.readableBytes, 65_536)) {
                continuation.yield(piece)
            }
            continuation.finish()
        }
    }
}
