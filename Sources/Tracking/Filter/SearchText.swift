import Foundation

/// A text in the form in which it is searched: in small letters and composed (NFC), as UTF-8. One text contains another when
/// its bytes do.
package struct SearchText: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(_ text: String) {
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        bytes =
            isASCII
            ? text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
            : Array(text.lowercased().precomposedStringWithCanonicalMapping.utf8)
    }

    /// True when `part` occurs in the text; an empty one occurs in every text.
    package func contains(_ part: SearchText) -> Bool {
        bytes.withUnsafeBytes { $0.contains(part) }
    }

    /// The words of a search: what stands between white space.
    package static func words(of text: String) -> [SearchText] {
        text.split(whereSeparator: \.isWhitespace).map { SearchText(String($0)) }
    }
}

extension UnsafeRawBufferPointer {
    /// True when `part` occurs among the bytes, which are those of a `SearchText`.
    package func contains(_ part: SearchText) -> Bool {
        part.bytes.withUnsafeBytes { part in
            guard let first = part.first, let wanted = part.baseAddress else { return true }
            guard var place = baseAddress else { return false }
            let end = place + count
            while end - place >= part.count, let found = memchr(place, Int32(first), end - place - part.count + 1) {
                if memcmp(found, wanted, part.count) == 0 { return true }
                place = UnsafeRawPointer(found) + 1
            }
            return false
        }
    }
}
