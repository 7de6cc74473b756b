import Checksum
import Glibc

/// The names that were read lately, found again by their bytes without making a string.
struct RecentNames<Name> {
    /// By the check of their bytes; of two names with one check the later stays.
    private var entries: [UInt64: (bytes: [UInt8], name: Name)] = [:]
    /// The one that was read last, which is mostly the next one too.
    private var last: (bytes: [UInt8], name: Name)?

    private static var capacity: Int { 1024 }

    /// The name whose UTF-8 is `bytes`; `error` when they are not UTF-8 or `make` refuses them.
    mutating func name(
        _ bytes: UnsafeRawBufferPointer, orThrow error: RecordError, _ make: (String) -> Name?
    ) throws(RecordError) -> Name {
        if let last, last.bytes.isEqual(to: bytes) { return last.name }
        let check = Check64.of(bytes)
        if let known = entries[check], known.bytes.isEqual(to: bytes) {
            last = known
            return known.name
        }
        guard let text = String(validating: bytes, as: UTF8.self), let name = make(text) else { throw error }
        if entries.count == Self.capacity { entries.removeAll(keepingCapacity: true) }
        entries[check] = (Array(bytes), name)
        last = (Array(bytes), name)
        return name
    }
}

extension [UInt8] {
    /// Returns whether these are the same bytes as `other`.
    func isEqual(to other: UnsafeRawBufferPointer) -> Bool {
        withUnsafeBytes { own in
            guard own.count == other.count else { return false }
            guard let left = own.baseAddress, let right = other.baseAddress else { return true }
            return memcmp(left, right, own.count) == 0
        }
    }
}
