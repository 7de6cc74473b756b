package import TestSupport

extension SeededGenerator {
    /// `count` bytes without any order.
    package mutating func noise(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    /// `count` numbers of about normal(0, 0.02), little-endian float32.
    package mutating func weights(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * count)
        for _ in 0..<count {
            var sum: Float = -6
            for _ in 0..<12 { sum += Float(next() >> 40) / 16_777_216 }
            withUnsafeBytes(of: (sum * 0.02).bitPattern.littleEndian) { bytes += $0 }
        }
        return bytes
    }

    /// Numbers of little-endian float32 that are each moved by up to `share` of themselves, as a training moves weights.
    package mutating func moved(_ weights: [UInt8], by share: Float) -> [UInt8] {
        var bytes = weights
        for offset in stride(from: 0, to: bytes.count - 3, by: 4) {
            let number = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Float.self) }
            let factor = 1 + share * (Float(next() >> 40) / 8_388_608 - 1)
            withUnsafeBytes(of: number * factor) { bytes.replaceSubrange(offset..<offset + 4, with: $0) }
        }
        return bytes
    }

    /// `count` bytes of words that repeat.
    package mutating func text(_ count: Int) -> [UInt8] {
        let words = ["loss", "epoch", "step", "learning_rate", "0.125", "checkpoint", "\n", " "]
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += Array(words[Int(next() % 8)].utf8) }
        return Array(bytes.prefix(count))
    }
}
