import Crypto

/// The SHA-256 of some bytes: the address of a blob, the identity of a configuration, the proof of a payload.
///
/// Written as `sha256:` and 64 lower-case hexadecimal digits; any other spelling is not a digest.
package struct Digest: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number of bytes in a digest.
    package static let byteCount = 32

    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest of `bytes`.
    package init(hashing bytes: some Sequence<UInt8>) {
        var hasher = Hasher()
        if bytes.withContiguousStorageIfAvailable({ hasher.update(UnsafeRawBufferPointer($0)) }) == nil {
            hasher.update(Array(bytes))
        }
        self = hasher.finalize()
    }

    /// A digest from its 32 bytes; nil when there are more or fewer.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Digest.byteCount else { return nil }
        var iterator = bytes.makeIterator()
        func word() -> UInt64 {
            var value: UInt64 = 0
            for _ in 0..<8 { value = value << 8 | UInt64(iterator.next() ?? 0) }
            return value
        }
        words = (word(), word(), word(), word())
    }

    /// A digest from its 32 bytes where they lie, at any alignment; nil when there are more or fewer.
    package init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Digest.byteCount else { return nil }
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// A digest from its text, `sha256:` and 64 lower-case hexadecimal digits; nil for anything else.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.starts(with: "sha256:".utf8) else { return nil }
        self.init(hex: text.utf8.dropFirst(7))
    }

    /// A digest from 64 lower-case hexadecimal digits.
    package init?(hex: some Collection<UInt8>) {
        guard hex.count == 2 * Digest.byteCount else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Digest.byteCount)
        var high: UInt8?
        for character in hex {
            let nibble: UInt8
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): nibble = character - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): nibble = character - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | nibble)
                high = nil
            } else {
                high = nibble
            }
        }
        self.init(bytes: bytes)
    }

    /// The 32 bytes, most significant first.
    package var bytes: [UInt8] { withBytes { Array($0) } }

    /// Returns what `body` makes of the 32 bytes, most significant first, which lie on the stack and end with the call.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let big = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        return try withUnsafeBytes(of: big, body)
    }

    /// 64 lower-case hexadecimal digits.
    package var hex: String { withBytes { Hexadecimal.encode($0) } }

    package var description: String { "sha256:" + hex }

    package static func == (left: Digest, right: Digest) -> Bool {
        left.words == right.words
    }

    package static func < (left: Digest, right: Digest) -> Bool {
        left.words < right.words
    }

    package func hash(into hasher: inout Swift.Hasher) {
        hasher.combine(words.0)
    }

    /// Computes a digest from bytes that arrive in pieces.
    package struct Hasher: Sendable {
        private var state = SHA256()

        package init() {}

        /// Adds `bytes` at the end of what has been hashed so far.
        package mutating func update(_ bytes: UnsafeRawBufferPointer) {
            state.update(bufferPointer: bytes)
        }

        /// Adds `bytes` at the end of what has been hashed so far.
        package mutating func update(_ bytes: [UInt8]) {
            state.update(data: bytes)
        }

        /// Adds `bytes` at the end of what has been hashed so far.
        package mutating func update(_ bytes: ArraySlice<UInt8>) {
            bytes.withUnsafeBytes { state.update(bufferPointer: $0) }
        }

        /// The digest of everything added; the hasher can go on from here.
        package func finalize() -> Digest {
            guard let digest = state.finalize().withUnsafeBytes({ Digest(bytes: $0) }) else {
                preconditionFailure("SHA-256 is 32 bytes")
            }
            return digest
        }
    }
}
