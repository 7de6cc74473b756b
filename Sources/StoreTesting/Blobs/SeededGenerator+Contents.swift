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

    /// `count` bytes of words that repeat.
    package mutating func text(_ count: Int) -> [UInt8] {
        let words = ["loss", "epoch", "step", "learning_rate", "0.125", "checkpoint", "\n", " "]
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += Array(words[Int(next() % 8)].utf8) }
        return Array(bytes.prefix(count))
    }
}
