import CLMDB
import Checksum
import Glibc

/// Keeps a checksum before each value of a database, and tells when an entry is not what was put.
///
/// The value's first 8 bytes are two halves of checksums (XXH64), little-endian: 4 bytes of the key's, begun with the
/// database's name, so that an entry at another key or of another database is found; and 4 bytes of the value's, begun with
/// the key's. A damaged entry passes once in 2^32.
struct EntryCheck: Sendable {
    /// The bytes that each value has more.
    static let byteCount = 8

    private let seed: UInt64
    private let pageByteCount: Int

    init(databaseNamed name: String, pageByteCount: Int) {
        seed = Array(name.utf8).withUnsafeBytes { Check64.of($0) }
        self.pageByteCount = pageByteCount
    }

    /// Writes the checksums into the first bytes of `whole`, whose others are the value.
    func seal(_ whole: UnsafeMutableRawBufferPointer, key: UnsafeRawBufferPointer) {
        let keySum = Check64.of(key, seed: seed)
        let content = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(whole)[Self.byteCount...])
        let sum = Check64.of(content, seed: keySum)
        let both = UInt64(UInt32(truncatingIfNeeded: keySum)) | sum << 32
        whole.storeBytes(of: both.littleEndian, as: UInt64.self)
    }

    /// The entry without its checksums; nil when it is damaged.
    ///
    /// - Parameter isMapped: True when it lies in pages of the file, whose ends it must not pass.
    func opened(_ key: MDB_val, _ value: MDB_val, isMapped: Bool) -> Entry? {
        guard isInPlace(key, isMapped: isMapped) else { return nil }
        let keyBytes = UnsafeRawBufferPointer(start: key.mv_data, count: key.mv_size)
        return opened(keyBytes, value, isMapped: isMapped).map { Entry(key: keyBytes, value: $0) }
    }

    /// The value of an entry whose key is known, without its checksums; nil when it is damaged.
    func opened(_ key: UnsafeRawBufferPointer, _ value: MDB_val, isMapped: Bool) -> UnsafeRawBufferPointer? {
        guard isValueInPlace(value, isMapped: isMapped) else { return nil }
        let whole = UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
        let content = UnsafeRawBufferPointer(rebasing: whole[Self.byteCount...])
        let keySum = Check64.of(key, seed: seed)
        let both = UInt64(littleEndian: whole.loadUnaligned(as: UInt64.self))
        guard UInt32(truncatingIfNeeded: both) == UInt32(truncatingIfNeeded: keySum),
            both >> 32 == Check64.of(content, seed: keySum) & 0xFFFF_FFFF
        else { return nil }
        return content
    }

    /// Returns whether the entry has the key that was put, and that key is before `bound`.
    func hasKey(_ key: MDB_val, _ value: MDB_val, before bound: UnsafeRawBufferPointer, isMapped: Bool) -> Bool {
        guard let key = self.key(key, value, isMapped: isMapped) else { return false }
        return key.isOrdered(before: bound)
    }

    /// Returns whether the entry has the key that was put, and that key is at or after `bound`.
    func hasKey(_ key: MDB_val, _ value: MDB_val, from bound: UnsafeRawBufferPointer, isMapped: Bool) -> Bool {
        guard let key = self.key(key, value, isMapped: isMapped) else { return false }
        return !key.isOrdered(before: bound)
    }

    /// The key of an entry; nil when it is not the one that was put.
    private func key(_ key: MDB_val, _ value: MDB_val, isMapped: Bool) -> UnsafeRawBufferPointer? {
        guard isInPlace(key, isMapped: isMapped), isValueInPlace(value, isMapped: isMapped) else { return nil }
        let bytes = UnsafeRawBufferPointer(start: key.mv_data, count: key.mv_size)
        let whole = UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
        let stored = UInt32(littleEndian: whole.loadUnaligned(as: UInt32.self))
        return stored == UInt32(truncatingIfNeeded: Check64.of(bytes, seed: seed)) ? bytes : nil
    }

    /// Returns whether a key may be read: a damaged length must not lead behind the end of the file.
    private func isInPlace(_ key: MDB_val, isMapped: Bool) -> Bool {
        key.mv_size <= Environment.maximumKeyByteCount
            && (!isMapped || offsetInPage(key) + key.mv_size <= pageByteCount)
    }

    /// Returns whether a value may be read.
    private func isValueInPlace(_ value: MDB_val, isMapped: Bool) -> Bool {
        guard value.mv_size >= Self.byteCount else { return false }
        guard isMapped else { return true }
        let offset = offsetInPage(value)
        if offset + value.mv_size <= pageByteCount { return true }
        // A value of pages of its own begins behind the header of the first, which says how many there are.
        guard offset == PageHeader.byteCount, let data = value.mv_data else { return false }
        let header = PageHeader(
            UnsafeRawBufferPointer(start: data - PageHeader.byteCount, count: PageHeader.byteCount))
        return header.flags == PageHeader.overflow
            && PageHeader.byteCount + value.mv_size <= Int(header.overflowCount) * pageByteCount
    }

    private func offsetInPage(_ bytes: MDB_val) -> Int { Int(bitPattern: bytes.mv_data) & (pageByteCount - 1) }
}

extension UnsafeRawBufferPointer {
    /// Returns whether these bytes come before `other` in the order of keys.
    func isOrdered(before other: UnsafeRawBufferPointer) -> Bool {
        let common = Swift.min(count, other.count)
        guard common > 0, let left = baseAddress, let right = other.baseAddress else { return count < other.count }
        let order = memcmp(left, right, common)
        return order == 0 ? count < other.count : order < 0
    }
}
