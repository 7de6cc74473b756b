/// A header of a tar archive (POSIX.1-2001 *pax*, also as GNU tar writes it).
package struct TarHeader: Equatable, Sendable {
    package static let blockByteCount = 512

    /// What the bytes behind a header are.
    package enum Kind: Equatable, Sendable {
        case file
        case folder
        /// Records about the next file: see `records(in:)`.
        case extended
        /// The path of the next file, as GNU tar writes long ones.
        case longPath
        /// Records about all files, and what else says nothing of a file's bytes.
        case other
        /// A link, a device or a pipe.
        case special
    }

    package var kind: Kind
    package var path: String
    package var byteCount: Int64

    /// Reads a block.
    ///
    /// - Returns: Nil for a block of zeros, of which two are the end.
    /// - Throws: `malformed` for what is no header.
    package init?(_ block: ArraySlice<UInt8>) throws(TarError) {
        let block = Array(block)
        guard block.count == Self.blockByteCount else { throw .truncated }
        guard block.contains(where: { $0 != 0 }) else { return nil }
        let sum = block.enumerated().reduce(Int64(0)) { sum, byte in
            sum + ((148..<156).contains(byte.offset) ? 32 : Int64(byte.element))
        }
        guard Self.number(block[148..<156]) == sum, let byteCount = Self.number(block[124..<136]) else {
            throw .malformed
        }
        self.byteCount = byteCount
        let isPOSIX = block[257..<262].elementsEqual("ustar".utf8)
        let prefix = isPOSIX && block[262] == 0 ? Self.text(block[345..<500]) : ""
        path = (prefix.isEmpty ? "" : prefix + "/") + Self.text(block[0..<100])
        kind =
            switch block[156] {
            case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): .file
            case UInt8(ascii: "5"): .folder
            case UInt8(ascii: "x"): .extended
            case UInt8(ascii: "L"): .longPath
            case UInt8(ascii: "g"), UInt8(ascii: "K"): .other
            default: .special
            }
    }

    /// The records of an extended header by their names.
    package static func records(in bytes: [UInt8]) throws(TarError) -> [String: String] {
        var records: [String: String] = [:]
        var rest = bytes[...]
        while let space = rest.firstIndex(of: UInt8(ascii: " ")) {
            guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length > 0, length <= rest.count,
                let equals = rest[space...].firstIndex(of: UInt8(ascii: "=")),
                case let end = rest.startIndex + length, equals < end, space + 1 <= equals, equals + 1 < end
            else { throw .malformed }
            records[String(decoding: rest[(space + 1)..<equals], as: UTF8.self)] = String(
                decoding: rest[(equals + 1)..<(end - 1)], as: UTF8.self)
            rest = rest[end...]
        }
        return records
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// A number in octal digits, or in base 256 as GNU tar writes large ones.
    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        guard let first = field.first, first < 0x80 else {
            guard field.first == 0x80 else { return nil }
            let bytes = field.dropFirst()
            guard bytes.dropLast(7).allSatisfy({ $0 == 0 }) else { return nil }
            return bytes.reduce(0) { $0 << 8 | Int64($1) }
        }
        let digits = text(field).filter { $0 != " " }
        return digits.isEmpty ? 0 : Int64(digits, radix: 8)
    }
}

/// The reason that some bytes are no tar archive.
package enum TarError: Error, Equatable, Sendable {
    case truncated
    case malformed
}
