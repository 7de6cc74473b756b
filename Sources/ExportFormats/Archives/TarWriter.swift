package import Tracking

/// Files in one stream as tar (POSIX.1-2001, *pax interchange format*): what is longer than the old fields, or not ASCII, stands
/// in an extended header before the file.
///
/// The bytes depend on the files alone: all belong to user 0 and are readable by everybody.
package enum TarWriter {
    private static let blockByteCount = 512
    /// The greatest size in eleven octal digits.
    private static let maximumPlainByteCount: Int64 = 0o77_777_777_777

    /// The header of the file at `path`, whose `byteCount` bytes and `padding(after:)` follow.
    package static func header(_ path: String, byteCount: Int64, time: Timestamp) -> [UInt8] {
        let seconds = max(time.rawValue / 1_000_000, 0)
        var records = ""
        if path.utf8.count > 100 || !path.utf8.allSatisfy({ $0 < 0x80 }) { records += record("path", path) }
        if byteCount > maximumPlainByteCount { records += record("size", "\(byteCount)") }
        let plain = block(path, byteCount: min(byteCount, maximumPlainByteCount), seconds: seconds, type: "0")
        guard !records.isEmpty else { return plain }
        let count = Int64(records.utf8.count)
        return block("pax-header", byteCount: count, seconds: seconds, type: "x") + records.utf8 + padding(after: count)
            + plain
    }

    /// Zeros up to the next block.
    package static func padding(after byteCount: Int64) -> [UInt8] {
        [UInt8](repeating: 0, count: (blockByteCount - Int(byteCount % Int64(blockByteCount))) % blockByteCount)
    }

    /// What comes after the last file.
    package static let end = [UInt8](repeating: 0, count: 2 * blockByteCount)

    /// `length key=value`, the length counting its own digits.
    private static func record(_ key: String, _ value: String) -> String {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count + 1
        while "\(length)".utf8.count + rest.utf8.count != length { length += 1 }
        return "\(length)" + rest
    }

    private static func block(_ name: String, byteCount: Int64, seconds: Int64, type: Character) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: blockByteCount)
        func put(_ text: String, _ offset: Int) {
            block.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func octal(_ number: Int64, _ digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        put(String(decoding: name.utf8.map { $0 < 0x80 ? $0 : UInt8(ascii: "_") }.prefix(100), as: UTF8.self), 0)
        put(octal(0o644, 7), 100)
        put(octal(0, 7), 108)
        put(octal(0, 7), 116)
        put(octal(byteCount, 11), 124)
        put(octal(seconds, 11), 136)
        put("        ", 148)
        put(String(type), 156)
        put("ustar", 257)
        put("00", 263)
        put(octal(block.reduce(Int64(0)) { $0 + Int64($1) }, 6) + "\0 ", 148)
        return block
    }
}
