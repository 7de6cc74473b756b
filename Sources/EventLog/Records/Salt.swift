/// The 16 random bytes that keep a payload from being guessed by its digest.
package struct Salt: Hashable, Sendable {
    private let words: (UInt64, UInt64)

    /// A salt from two random words.
    package init(_ first: UInt64, _ second: UInt64) { words = (first, second) }

    /// A salt that `generator` makes.
    package init(using generator: inout some RandomNumberGenerator) {
        words = (generator.next(), generator.next())
    }

    /// The 16 bytes.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: words.0)
        bytes.append(bigEndian: words.1)
        return bytes
    }

    package static func == (left: Salt, right: Salt) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}
