/// The counter-based generator Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011).
///
/// A stream is a function of (seed, purpose, step) and nothing else: no state needs saving to draw the same numbers again.
/// A stream gives 2^34 words. The values are exact arithmetic of IEEE 754 and integers: the same on every machine.
package struct Philox: Sendable {
    /// What a stream of numbers is for; streams of different purposes never share a number. The raw value is stored nowhere,
    /// but changing it changes every result.
    package struct Purpose: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// The first weights.
        package static let initialization = Purpose(rawValue: 1)
        /// The order of the samples of an epoch.
        package static let dataOrder = Purpose(rawValue: 2)
        /// The places patches are cut from.
        package static let patchSampling = Purpose(rawValue: 3)
        /// Generated volumes.
        package static let phantom = Purpose(rawValue: 4)
        /// Flips and noise on samples.
        package static let augmentation = Purpose(rawValue: 5)

        /// The mask of the dropout layer `layer` (from 0).
        package static func dropout(layer: Int) -> Purpose {
            Purpose(rawValue: 0x1000 + UInt32(layer))
        }
    }

    private let key: SIMD2<UInt32>
    private var counter: SIMD4<UInt32>
    private var words = SIMD4<UInt32>()
    private var used = 4

    /// The stream of `purpose` at `step`.
    package init(seed: UInt64, purpose: Purpose, step: UInt64 = 0) {
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        counter = SIMD4(
            0, purpose.rawValue, UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: step >> 32))
    }

    /// Ten rounds over `counter` with `key`: the generator's block function.
    @inline(__always)
    package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3])
        var (k0, k1) = (key[0], key[1])
        for round in 0..<10 {
            if round > 0 {
                k0 &+= 0x9E37_79B9
                k1 &+= 0xBB67_AE85
            }
            let first = UInt64(c0) &* 0xD251_1F53
            let second = UInt64(c2) &* 0xCD9E_8D57
            c0 = UInt32(truncatingIfNeeded: second >> 32) ^ c1 ^ k0
            c1 = UInt32(truncatingIfNeeded: second)
            c2 = UInt32(truncatingIfNeeded: first >> 32) ^ c3 ^ k1
            c3 = UInt32(truncatingIfNeeded: first)
        }
        return SIMD4(c0, c1, c2, c3)
    }

    /// Goes on at block `index` of the stream, four words each.
    mutating func seek(block index: Int) {
        precondition(index >= 0 && index < Int(UInt32.max), "a stream gives at most 2^34 words")
        counter[0] = UInt32(index)
        used = 4
    }

    /// The next four words, past any words left of the block before.
    @inline(__always)
    mutating func nextBlock() -> SIMD4<UInt32> {
        let result = Self.block(counter: counter, key: key)
        precondition(counter[0] != UInt32.max, "a stream gives at most 2^34 words")
        counter[0] &+= 1
        return result
    }

    /// The next 32 random bits.
    package mutating func next() -> UInt32 {
        if used == 4 {
            words = nextBlock()
            used = 0
        }
        defer { used += 1 }
        return words[used]
    }

    /// The next 64 random bits.
    package mutating func next64() -> UInt64 {
        let low = UInt64(next())
        return UInt64(next()) << 32 | low
    }

    /// A number in 0 ..< 1, a multiple of 2^-24.
    package mutating func uniform() -> Float {
        Float(next() >> 8) * 0x1p-24
    }

    /// A number in `range`, whose upper bound can be returned by rounding only.
    package mutating func uniform(in range: Range<Float>) -> Float {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// A number in 0 ..< 1, a multiple of 2^-53.
    package mutating func uniformDouble() -> Double {
        Double(next64() >> 11) * 0x1p-53
    }

    /// A number of the standard normal distribution, by inversion of one uniform number of 53 bits.
    package mutating func normal() -> Double {
        NormalQuantile.value(at: (Double(next64() >> 12) + 0.5) * 0x1p-52)
    }

    /// A whole number in 0 ..< bound, each equally likely; `bound` must be positive.
    package mutating func integer(below bound: Int) -> Int {
        precondition(bound > 0, "a bound must be positive")
        let limit = UInt64(bound)
        while true {
            let (high, low) = limit.multipliedFullWidth(by: next64())
            if low >= limit || low >= (0 &- limit) % limit { return Int(high) }
        }
    }

    /// The numbers 0 ..< count in random order, each order equally likely (Fisher and Yates).
    package mutating func permutation(of count: Int) -> [Int] {
        var order = Array(0..<count)
        for index in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(index, integer(below: index + 1))
        }
        return order
    }
}
