import Glibc

/// Bytes as a network's weights are: float32 numbers of normal(0, 0.02), little-endian.
struct WeightBlock {
    static let byteCount = 32 << 20

    private var bytes: [UInt8]

    /// The block that `seed` decides, by the Box-Muller transform.
    init(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        bytes = [UInt8](repeating: 0, count: Self.byteCount)
        bytes.withUnsafeMutableBytes { bytes in
            for offset in stride(from: 0, to: bytes.count, by: 8) {
                let radius = 0.02 * (-2 * log(Double.random(in: 0x1p-53..<1, using: &generator))).squareRoot()
                let angle = 2 * Double.pi * Double.random(in: 0..<1, using: &generator)
                let pair = [Float(radius * cos(angle)), Float(radius * sin(angle))]
                for (index, number) in pair.enumerated() {
                    bytes.storeBytes(
                        of: number.bitPattern.littleEndian, toByteOffset: offset + 4 * index, as: UInt32.self)
                }
            }
        }
    }

    /// Gives `body` pieces of 1 MiB that make `byteCount` bytes, the block again and again.
    func forEachPiece(
        of byteCount: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        try bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < byteCount {
                let start = sent % Self.byteCount
                let count = min(1 << 20, byteCount - sent, Self.byteCount - start)
                try body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
                sent += count
            }
        }
    }

    /// True when `piece` is what lies at `offset` of the block repeated.
    func matches(_ piece: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < piece.count {
                let start = (offset + done) % Self.byteCount
                let count = min(piece.count - done, Self.byteCount - start)
                guard memcmp(piece.baseAddress! + done, bytes.baseAddress! + start, count) == 0 else { return false }
                done += count
            }
            return true
        }
    }
}
