import Tracking

/// A key of the read models, built from parts so that the order of keys is the order of the parts.
///
/// Integers are written most significant byte first; texts as UTF-8 with NUL escaped as `00 FF`, ended by `00 01`, so that
/// no text is the beginning of another. A text of more than 150 bytes keeps its first 100 and has its digest for the rest,
/// so that three texts fit a key: its order among texts with the same beginning is then arbitrary.
struct RowKey {
    private(set) var bytes: [UInt8] = []

    private static let longestText = 150
    /// The bytes of a long text that its key begins with.
    static let keptOfLongText = 100

    /// A key that begins with `kind`.
    init(_ kind: UInt8) {
        bytes.reserveCapacity(64)
        bytes.append(kind)
    }

    init() { bytes.reserveCapacity(64) }

    mutating func append(_ value: UInt8) { bytes.append(value) }

    mutating func append(_ value: UInt32) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ value: UInt64) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ text: String) {
        let start = bytes.count
        for byte in text.utf8 {
            bytes.append(byte)
            if byte == 0 { bytes.append(0xFF) }
        }
        if bytes.count - start > RowKey.longestText {
            let digest = Digest(hashing: bytes[start...])
            bytes.removeSubrange((start + RowKey.keptOfLongText)...)
            bytes += [0, 0xFE] + digest.bytes.map { $0 == 0 ? 1 : $0 }
        }
        bytes += [0, 1]
    }

    /// The bytes that every key with a text beginning with `beginning` has in its place; at most those that a long text keeps.
    static func beginning(_ beginning: String) -> [UInt8] {
        Array(beginning.utf8.flatMap { $0 == 0 ? [0, 0xFF] : [$0] }.prefix(keptOfLongText))
    }

    /// The text that `bytes`, its part of a key without the end, stand for; nil for a long one, of which a key has not all.
    static func text(_ bytes: some Collection<UInt8>) -> String? {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var isEscaped = false
        for byte in bytes {
            if isEscaped, byte != 0xFF { return nil }
            if !isEscaped { text.append(byte) }
            isEscaped = !isEscaped && byte == 0
        }
        return String(decoding: text, as: UTF8.self)
    }

    func appending(_ value: UInt8) -> RowKey {
        var key = self
        key.append(value)
        return key
    }

    func appending(_ value: UInt32) -> RowKey {
        var key = self
        key.append(value)
        return key
    }

    func appending(_ value: UInt64) -> RowKey {
        var key = self
        key.append(value)
        return key
    }

    func appending(_ text: String) -> RowKey {
        var key = self
        key.append(text)
        return key
    }
}

extension UnsafeRawBufferPointer {
    /// The integer at `offset`, most significant byte first; all its bytes must lie inside.
    @inline(__always)
    func bigEndian<Integer: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Integer.Type) -> Integer {
        Integer(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }

    /// True when the bytes begin with `prefix`.
    @inline(__always)
    func begins(with prefix: [UInt8]) -> Bool {
        count >= prefix.count && UnsafeRawBufferPointer(rebasing: self[..<prefix.count]).elementsEqual(prefix)
    }
}
