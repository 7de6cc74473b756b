import Blobs
import StoreTesting
import TestSupport
import Testing

@Suite("Byte planes")
struct BytePlanesTests {
    /// Splits and joins, with the bytes after the last whole number copied as a frame does.
    private static func roundTrip(_ bytes: [UInt8], _ transform: FrameTransform) -> [UInt8] {
        let planes = split(bytes, transform)
        let count = bytes.count / transform.width
        var joined = [UInt8](repeating: 0xEE, count: bytes.count)
        planes.withUnsafeBytes { planes in
            joined.withUnsafeMutableBytes { joined in
                guard let start = planes.baseAddress else { return }
                BytePlanes.join((0..<transform.width).map { start + $0 * count }, into: joined)
            }
        }
        let tail = count * transform.width
        joined.replaceSubrange(tail..., with: planes[tail...])
        return joined
    }

    private static func split(_ bytes: [UInt8], _ transform: FrameTransform) -> [UInt8] {
        var planes = [UInt8](repeating: 0, count: bytes.count)
        bytes.withUnsafeBytes { source in
            planes.withUnsafeMutableBytes { BytePlanes.split(source, into: $0, transform: transform) }
        }
        return planes
    }

    @Test(
        "Any bytes come back from their planes",
        arguments: [FrameTransform.planes2, .planes4, .planes8], [UInt64(1), 2, 3])
    func identity(transform: FrameTransform, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for count in [0, 1, 7, 8, 9, 63, 64, 1000, 8191, 8192, 8193, 100_003] {
            let bytes = random.noise(count)
            #expect(Self.roundTrip(bytes, transform) == bytes)
        }
    }

    @Test("The last plane of float32 is the exponent, the lowest bit of the first the sign")
    func exponent() {
        let numbers: [Float] = [1, -1, 0.5, 1.5]
        let bytes = numbers.flatMap { number in withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) } }
        #expect(Self.split(bytes, .planes4) == [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 127, 127, 126, 127])
    }

    @Test("The last plane of bfloat16 is the exponent")
    func brain() {
        // 1, -1, 1.5 as bfloat16.
        #expect(Self.split([0x80, 0x3F, 0x80, 0xBF, 0xC0, 0x3F], .planes2) == [0, 1, 128, 127, 127, 127])
    }
}
