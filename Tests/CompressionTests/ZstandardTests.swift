import Compression
import Testing

@Suite("Zstandard")
struct ZstandardTests {
    /// Bytes that repeat themselves here and there, from `seed`.
    private static func bytes(count: Int, seed: UInt64) -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<count).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return index % 7 < 4 ? UInt8(truncatingIfNeeded: state >> 60) : UInt8(truncatingIfNeeded: state >> 33)
        }
    }

    @Test("What was compressed comes back, at every level asked for", arguments: [-5, 1, 3, 19, 1000])
    func roundTrip(level: Int) throws {
        for count in [0, 1, 100, 4096, 300_000] {
            let bytes = Self.bytes(count: count, seed: UInt64(count))
            let compressed = try Zstandard.compress(bytes, level: level)
            #expect(compressed.count <= ZstandardCompressor.compressionBound(for: count))
            #expect(try Zstandard.decompress(compressed, maximumByteCount: count) == bytes)
        }
    }

    @Test("One context serves many calls and leaves nothing of one in the next")
    func reuse() throws {
        var compressor = try ZstandardCompressor()
        var decompressor = try ZstandardDecompressor()
        let first = try compressor.compress(Self.bytes(count: 10_000, seed: 1), level: 1)
        #expect(throws: ZstandardError.self) {
            try decompressor.decompress(first.dropLast(3), maximumByteCount: 10_000)
        }
        #expect(try decompressor.decompress(first, maximumByteCount: 10_000) == Self.bytes(count: 10_000, seed: 1))
        let again = try compressor.compress(Self.bytes(count: 10_000, seed: 1), level: 1)
        #expect(again == first)
    }

    @Test("Content larger than the caller allows is refused, whatever the header says")
    func bombs() throws {
        let bomb = try Zstandard.compress([UInt8](repeating: 0, count: 50_000_000), level: 1)
        #expect(bomb.count < 10_000)
        #expect(throws: ZstandardError.tooLarge(maximumByteCount: 1000)) {
            try Zstandard.decompress(bomb, maximumByteCount: 1000)
        }
        #expect(throws: ZstandardError.tooLarge(maximumByteCount: 0)) {
            try Zstandard.decompress(bomb, maximumByteCount: 0)
        }
        let twice = bomb + bomb
        #expect(throws: ZstandardError.tooLarge(maximumByteCount: 50_000_000)) {
            try Zstandard.decompress(twice, maximumByteCount: 50_000_000)
        }
        var decompressor = try ZstandardDecompressor()
        var small = [UInt8](repeating: 7, count: 100)
        #expect(throws: ZstandardError.tooLarge(maximumByteCount: 100)) {
            try bomb.withUnsafeBytes { source in
                try small.withUnsafeMutableBytes { try decompressor.decompress(source, into: $0) }
            }
        }
    }

    @Test("Cut off frames, no bytes and other bytes are malformed")
    func malformed() throws {
        let whole = try Zstandard.compress(Self.bytes(count: 2000, seed: 9), level: 1)
        for length in 0..<whole.count {
            #expect(throws: ZstandardError.self, "\(length) of \(whole.count) bytes") {
                try Zstandard.decompress(whole.prefix(length), maximumByteCount: 2000)
            }
        }
        #expect(throws: ZstandardError.self) { try Zstandard.decompress([1, 2, 3, 4, 5], maximumByteCount: 10) }
        #expect(throws: ZstandardError.self) { try Zstandard.decompress(whole + [0], maximumByteCount: 2000) }
    }

    @Test("Compression says when the result does not fit")
    func destination() throws {
        var compressor = try ZstandardCompressor()
        let noise = Self.bytes(count: 1000, seed: 3)
        var small = [UInt8](repeating: 0, count: 10)
        #expect(throws: ZstandardError.destinationTooSmall(byteCount: 10)) {
            try noise.withUnsafeBytes { source in
                try small.withUnsafeMutableBytes { try compressor.compress(source, into: $0, level: 1) }
            }
        }
    }

    @Test("Any damaged byte is an error or other bytes, never a trap", arguments: [UInt64(1), 2, 3])
    func damage(seed: UInt64) throws {
        let bytes = Self.bytes(count: 500, seed: seed)
        let whole = try Zstandard.compress(bytes, level: 1)
        for index in whole.indices {
            for bit in 0..<8 {
                var damaged = whole
                damaged[index] ^= 1 << UInt8(bit)
                do {
                    #expect(try Zstandard.decompress(damaged, maximumByteCount: 5000).count <= 5000)
                } catch .tooLarge(let maximumByteCount) {
                    #expect(maximumByteCount == 5000)
                } catch {
                    #expect(!error.description.isEmpty)
                }
            }
        }
    }
}
