import Glibc

/// Tells noise from what compression could make smaller, by counting a sample.
enum PlaneSample {
    /// Every sixteenth block of 64 bytes is counted.
    private static let stride = 1024
    private static let block = 64

    /// Returns whether `bytes` look like independent, evenly spread bytes, for which compression is a waste of time.
    ///
    /// The entropy of a sample of n such bytes is about 8 - 184/n bits; the line is drawn 0.1 bit under that. Planes
    /// with fewer than 16 KiB are never called noise, their sample is too small.
    static func isNoise(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 16_384 else { return false }
        var counts = [UInt32](repeating: 0, count: 256)
        var total = 0
        counts.withUnsafeMutableBufferPointer { counts in
            var start = 0
            while start + block <= bytes.count {
                for index in start..<start + block { counts[Int(bytes[index])] += 1 }
                total += block
                start += stride
            }
        }
        let size = Double(total)
        var entropy = 0.0
        for count in counts where count > 0 {
            let share = Double(count) / size
            entropy -= share * log2(share)
        }
        return entropy > 8 - 184 / size - 0.1
    }
}
