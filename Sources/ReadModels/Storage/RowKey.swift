import Tracking

/// A key of the read models, built from parts so that the order of keys is the order of the parts.
///
/// Integers are written most significant byte first; texts as UTF-8 with NUL escaped as `00 FF`, ended by `00 01`, so that
/// no text is the beginning of another. A text of more than 150 bytes keeps its first 100 and has its digest for the rest,
/// so that three texts fit a key: its order among texts with the same beginning is then arbitrary.
struct RowKey {
    private(set) var bytes: [UInt8] = []

    private static let longestText = 150
    private static let keptOfLongText = 100

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
