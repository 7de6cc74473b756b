package import Tracking

/// The blobs that a sweep has to keep, gathered before it deletes anything: what was pinned when it began, then what the
/// log names.
///
/// It is a set that never forgets a digest and takes the same memory, 16 MiB, however many there are (a Bloom filter; Bloom,
/// *Space/time trade-offs in hash coding with allowable errors*, 1970). The price is that it takes a few others for members:
/// of those that are none, 1 in 250 when it holds ten million, and so good as none below a million. Which ones they are
/// is another matter at each sweep, so a blob that one keeps by mistake goes with the next.
package struct BlobMarks: Sendable {
    /// The moment at which the gathering began: the time before which blobs are old is counted from here, so that what
    /// is put or renewed meanwhile is young.
    package let beginning: Timestamp
    private var bits: [UInt64]
    private let bitMask: UInt64
    private let seed: UInt64

    /// Marks of nothing.
    ///
    /// - Parameter byteCount: The memory to take, rounded up to a power of two.
    package init(beginning: Timestamp, byteCount: Int = 16 << 20) {
        self.beginning = beginning
        var wordCount = 1
        while wordCount * 8 < byteCount { wordCount *= 2 }
        bits = [UInt64](repeating: 0, count: wordCount)
        bitMask = UInt64(wordCount) * 64 - 1
        seed = Self.mixed(UInt64(bitPattern: beginning.rawValue))
    }

    /// Marks `digest` as one to keep.
    package mutating func insert(_ digest: Digest) {
        let places = places(of: digest)
        for place in [places.0, places.1, places.2, places.3] { bits[Int(place >> 6)] |= 1 << (place & 63) }
    }

    /// Returns true when `digest` was marked; for one that was not, false nearly always.
    package func contains(_ digest: Digest) -> Bool {
        let places = places(of: digest)
        func isSet(_ place: UInt64) -> Bool { bits[Int(place >> 6)] & 1 << (place & 63) != 0 }
        return isSet(places.0) && isSet(places.1) && isSet(places.2) && isSet(places.3)
    }

    /// Four bits for a digest, each of a quarter of its bytes, which are as good as random, and of the seed.
    private func places(of digest: Digest) -> (UInt64, UInt64, UInt64, UInt64) {
        digest.withBytes { bytes in
            func place(_ index: Int) -> UInt64 {
                Self.mixed(bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self) ^ seed) & bitMask
            }
            return (place(0), place(1), place(2), place(3))
        }
    }

    /// The number that SplitMix64 gives in the state `value`.
    static func mixed(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
