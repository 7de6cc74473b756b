import Compression
import REST

/// An archive of numpy arrays as `numpy.savez` writes it: a ZIP file of stored members, each an array in NPY format 1.0.
///
/// The members are written while they are read, so that their checksums follow them (PKWARE's *APPNOTE*, sections 4.3.9 and
/// 4.4.4, bit 3) and their sizes are told twice; from 4 GiB on in the 64-bit forms of section 4.3.9.2 and 4.5.3. NPY:
/// `numpy.lib.format` in NumPy's documentation.
struct ArrayArchive {
    /// The kind of an array's elements.
    enum Element {
        case integer, number
        /// Texts of at most so many code points.
        case text(Int)

        var byteCount: Int {
            switch self {
            case .integer, .number: 8
            case .text(let length): 4 * length
            }
        }

        var description: String {
            switch self {
            case .integer: "<i8"
            case .number: "<f8"
            case .text(let length): "<U\(length)"
            }
        }
    }

    private struct Member {
        var name: [UInt8]
        var offset: UInt64
        var byteCount: UInt64
        var checksum: UInt32
    }

    private static let largest = UInt64(UInt32.max)

    private var members: [Member] = []
    private var offset: UInt64 = 0
    private var checksum: UInt32 = 0
    /// The bytes of the member under way that are still to come.
    private var missing: UInt64 = 0

    /// Begins an array of `count` elements, whose bytes follow.
    mutating func begin(
        _ name: String, _ element: Element, count: Int, to writer: inout AnswerWriter
    ) async throws {
        precondition(missing == 0, "the array before has ended")
        var header = Array("{'descr': '\(element.description)', 'fortran_order': False, 'shape': (\(count),), }".utf8)
        // The elements begin at a multiple of 64; the header ends with a line break.
        header += Array(repeating: UInt8(ascii: " "), count: 63 - (10 + header.count) % 64) + [10]
        header = [0x93] + Array("NUMPY".utf8) + [1, 0] + bytes(UInt16(header.count)) + header
        let byteCount = UInt64(header.count + count * element.byteCount)
        let member = Member(name: Array((name + ".npy").utf8), offset: offset, byteCount: byteCount, checksum: 0)
        members.append(member)
        try await write(localHeader(of: member), to: &writer)
        checksum = 0
        missing = byteCount
        try await append(header, to: &writer)
    }

    /// Adds elements of the array that was begun.
    mutating func append(_ content: [UInt8], to writer: inout AnswerWriter) async throws {
        guard !content.isEmpty else { return }
        checksum = Zlib.crc32(content, after: checksum)
        precondition(UInt64(content.count) <= missing, "an array has as many elements as it said")
        missing -= UInt64(content.count)
        try await write(content, to: &writer)
        guard missing == 0 else { return }
        let last = members.count - 1
        members[last].checksum = checksum
        let size = members[last].byteCount
        let isLarge = size > Self.largest
        try await write(
            bytes(UInt32(0x0807_4B50)) + bytes(checksum)
                + (isLarge ? bytes(size) + bytes(size) : bytes(UInt32(size)) + bytes(UInt32(size))), to: &writer)
    }

    /// A whole array of texts.
    mutating func add(_ name: String, _ texts: [String], to writer: inout AnswerWriter) async throws {
        let length = max(texts.lazy.map(\.unicodeScalars.count).max() ?? 0, 1)
        try await begin(name, .text(length), count: texts.count, to: &writer)
        for text in texts {
            var content = text.unicodeScalars.flatMap { bytes($0.value) }
            content += Array(repeating: 0, count: 4 * length - content.count)
            try await append(content, to: &writer)
        }
    }

    /// A whole array of whole numbers.
    mutating func add(_ name: String, _ integers: [Int64], to writer: inout AnswerWriter) async throws {
        try await begin(name, .integer, count: integers.count, to: &writer)
        try await append(Self.bytes(of: integers), to: &writer)
    }

    /// Writes the directory, which ends the archive.
    mutating func finish(to writer: inout AnswerWriter) async throws {
        let start = offset
        for member in members { try await write(directoryEntry(of: member), to: &writer) }
        let (size, count) = (offset - start, UInt64(members.count))
        if offset > Self.largest {
            let end = offset
            try await write(
                bytes(UInt32(0x0606_4B50)) + bytes(UInt64(44)) + bytes(UInt16(45)) + bytes(UInt16(45))
                    + bytes(UInt64(0)) + bytes(count) + bytes(count) + bytes(size) + bytes(start)
                    + bytes(UInt32(0x0706_4B50)) + bytes(UInt32(0)) + bytes(end) + bytes(UInt32(1)), to: &writer)
        }
        try await write(
            bytes(UInt32(0x0605_4B50)) + bytes(UInt32(0)) + bytes(UInt16(count)) + bytes(UInt16(count))
                + bytes(UInt32(min(size, Self.largest))) + bytes(UInt32(min(start, Self.largest))) + bytes(UInt16(0)),
            to: &writer)
    }

    /// The elements' bytes, the least significant first.
    static func bytes<Element: BitwiseCopyable>(of elements: [Element]) -> [UInt8] {
        elements.withUnsafeBytes { Array($0) }
    }

    private func localHeader(of member: Member) -> [UInt8] {
        let isLarge = member.byteCount > Self.largest
        let sizes = isLarge ? bytes(UInt64.max) : bytes(UInt64(0))
        let extra = isLarge ? bytes(UInt16(1)) + bytes(UInt16(16)) + bytes(UInt64(0)) + bytes(UInt64(0)) : []
        return bytes(UInt32(0x0403_4B50)) + common(isLarge) + bytes(UInt32(0)) + sizes
            + bytes(UInt16(member.name.count)) + bytes(UInt16(extra.count)) + member.name + extra
    }

    private func directoryEntry(of member: Member) -> [UInt8] {
        let isLarge = member.byteCount > Self.largest
        var extra: [UInt8] = isLarge ? bytes(member.byteCount) + bytes(member.byteCount) : []
        if member.offset > Self.largest { extra += bytes(member.offset) }
        if !extra.isEmpty { extra = bytes(UInt16(1)) + bytes(UInt16(extra.count)) + extra }
        let size = bytes(UInt32(min(member.byteCount, Self.largest)))
        return bytes(UInt32(0x0201_4B50)) + bytes(UInt16(45)) + common(isLarge || member.offset > Self.largest)
            + bytes(member.checksum) + size + size + bytes(UInt16(member.name.count)) + bytes(UInt16(extra.count))
            + bytes(UInt16(0)) + bytes(UInt16(0)) + bytes(UInt16(0)) + bytes(UInt32(0))
            + bytes(UInt32(min(member.offset, Self.largest))) + member.name + extra
    }

    /// Version, flags (sizes follow, names are UTF-8), method and time (1 January 1980: the archive has none of its own).
    private func common(_ isLarge: Bool) -> [UInt8] {
        bytes(UInt16(isLarge ? 45 : 20)) + bytes(UInt16(1 << 3 | 1 << 11)) + bytes(UInt16(0)) + bytes(UInt16(0))
            + bytes(UInt16(0x21))
    }

    private func bytes(_ integer: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: integer.littleEndian) { Array($0) }
    }

    private mutating func write(_ content: [UInt8], to writer: inout AnswerWriter) async throws {
        offset += UInt64(content.count)
        try await writer.write(content)
    }
}
