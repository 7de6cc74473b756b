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

    /// Gives `body` pieces of 1 MiB that make `byteCount` bytes: the block again and again, each time with other low bits of
    /// its numbers, so that nothing repeats.
    func forEachPiece(
        of byteCount: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        var sent = 0
        while sent < byteCount {
            let count = min(piece.count, byteCount - sent)
            let mask = mask(at: sent)
            try bytes.withUnsafeBytes { bytes in
                let source = UnsafeRawBufferPointer(rebasing: bytes[(sent % Self.byteCount)...])
                try piece.withUnsafeMutableBytes { piece in
                    for offset in stride(from: 0, to: (count + 7) / 8 * 8, by: 8) {
                        piece.storeBytes(
                            of: source.load(fromByteOffset: offset, as: UInt64.self) ^ mask, toByteOffset: offset,
                            as: UInt64.self)
                    }
                    try body(UnsafeRawBufferPointer(rebasing: piece[..<count]))
                }
            }
            sent += count
        }
    }

    /// True when `piece` is what lies at `offset` of what `forEachPiece` gives.
    func matches(_ piece: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        var difference: UInt64 = 0
        var place = 0
        while place < piece.count, (offset + place) % 8 != 0 {
            difference |= UInt64(piece[place] ^ byte(at: offset + place))
            place += 1
        }
        while place + 8 <= piece.count {
            difference |= piece.loadUnaligned(fromByteOffset: place, as: UInt64.self) ^ word(at: offset + place)
            place += 8
        }
        while place < piece.count {
            difference |= UInt64(piece[place] ^ byte(at: offset + place))
            place += 1
        }
        return difference == 0
    }

    /// The eight bytes at `offset`, a multiple of 8.
    @inline(__always)
    private func word(at offset: Int) -> UInt64 {
        bytes.withUnsafeBytes { $0.load(fromByteOffset: offset % Self.byteCount, as: UInt64.self) } ^ mask(at: offset)
    }

    /// The low bits of two numbers that change in the repetition at `offset`.
    @inline(__always)
    private func mask(at offset: Int) -> UInt64 {
        let repetition = UInt64(offset / Self.byteCount)
        return (repetition &* 0x9E37_79B9_7F4A_7C15 >> 48) &* 0x0000_0001_0000_0001
    }

    private func byte(at offset: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: word(at: offset & ~7) >> UInt64(8 * (offset & 7)))
    }
}
