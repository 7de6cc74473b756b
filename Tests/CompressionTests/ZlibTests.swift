import Compression
import Testing

@Suite("Packing and unpacking by zlib")
struct ZlibTests {
    /// "pivot pivot pivot\n" as Python's zlib packs it.
    static let first: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x2B, 0xC8, 0x2C, 0xCB, 0x2F, 0x51, 0x28, 0x40,
        0x90,
        0x5C, 0x00, 0xA7, 0xA9, 0x7C, 0xCF, 0x12, 0x00, 0x00, 0x00,
    ]

    private func content(_ count: Int) -> [UInt8] {
        var state: UInt32 = 1
        return (0..<count).map { index in
            state = state &* 1_664_525 &+ 1_013_904_223
            return index % 3 == 0 ? UInt8(state >> 24) : UInt8(index / 100 % 256)
        }
    }

    @Test("what was packed is unpacked, at any level and size", arguments: [0, 1, 1000, 3_000_000], [1, 6, 9])
    func roundTrip(count: Int, level: Int) throws {
        let bytes = content(count)
        let packed = try Zlib.compress(bytes, level: level)
        #expect(try Zlib.decompress(packed, .zlib, maximumByteCount: count) == bytes)
    }

    @Test("pieces of any length give the same content", arguments: [1, 2, 7, 1000])
    func pieces(length: Int) throws {
        let bytes = content(20_000)
        let packed = try Zlib.compress(bytes)
        let decompressor = try ZlibDecompressor(.zlib, maximumByteCount: bytes.count)
        for start in stride(from: 0, to: packed.count, by: length) {
            try packed[start..<min(start + length, packed.count)].withUnsafeBufferPointer { piece throws(ZlibError) in
                try decompressor.append(UnsafeRawBufferPointer(piece))
            }
        }
        #expect(try decompressor.finish() == bytes)
    }

    @Test("a gzip file of two members is both, one after the other")
    func members() throws {
        let text = Array("pivot pivot pivot\n".utf8)
        #expect(try Zlib.decompress(Self.first, .gzip, maximumByteCount: 100) == text)
        #expect(try Zlib.decompress(Self.first + Self.first, .gzip, maximumByteCount: 100) == text + text)
    }

    @Test("content beyond the maximum is refused, whatever the stream claims")
    func maximum() throws {
        let packed = try Zlib.compress([UInt8](repeating: 0, count: 10_000_000))
        #expect(packed.count < 20_000)
        #expect(throws: ZlibError.tooLarge(maximumByteCount: 9_999_999)) {
            try Zlib.decompress(packed, .zlib, maximumByteCount: 9_999_999)
        }
    }

    @Test("a stream cut anywhere is refused as cut", arguments: 0..<29)
    func truncated(count: Int) {
        #expect(throws: ZlibError.truncated) {
            try Zlib.decompress(Array(Self.first.prefix(count)), .gzip, maximumByteCount: 100)
        }
    }

    @Test("damage is told from a wrong checksum")
    func damage() {
        var bytes = Self.first
        bytes[22] ^= 1
        #expect(throws: ZlibError.wrongChecksum) { try Zlib.decompress(bytes, .gzip, maximumByteCount: 100) }
        bytes = Self.first
        bytes[0] = 0
        let error = #expect(throws: ZlibError.self) { try Zlib.decompress(bytes, .gzip, maximumByteCount: 100) }
        guard case .malformed? = error else {
            Issue.record("\(String(describing: error)) is no malformed stream")
            return
        }
    }

    @Test("the checksum is that of RFC 1952's polynomial")
    func checksum() {
        #expect(Zlib.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(Zlib.crc32([]) == 0)
    }
}
