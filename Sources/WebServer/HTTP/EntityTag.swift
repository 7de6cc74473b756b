package import HTTPTypes

/// The validator of a document: the same tag, the same bytes (RFC 9110, section 8.8.3).
package struct EntityTag: Hashable, Sendable {
    /// The text between the quotes: no quote, no control character.
    package let value: String
    /// True when it only promises the same meaning.
    package let isWeak: Bool

    /// - Precondition: `value` holds printable ASCII without quotes.
    package init(_ value: String, isWeak: Bool = false) {
        precondition(value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") })
        self.value = value
        self.isWeak = isWeak
    }

    /// As `ETag` carries it.
    package var headerValue: String { (isWeak ? "W/\"" : "\"") + value + "\"" }

    /// True when the client that sent `fields` has the document already, by `If-None-Match`; weak tags count as equal.
    package func isHeld(by fields: HTTPFields) -> Bool { Self.contains(fields[values: .ifNoneMatch], value) }

    /// True when `If-Match` of `fields` is absent or names this document.
    package func isExpected(by fields: HTTPFields) -> Bool {
        let conditions = fields[values: .ifMatch]
        return conditions.isEmpty || (!isWeak && Self.contains(conditions, value, weakly: false))
    }

    private static func contains(_ headers: [String], _ value: String, weakly: Bool = true) -> Bool {
        for header in headers {
            for entry in header.split(separator: ",") {
                var tag = entry.drop { $0 == " " || $0 == "\t" }
                while tag.last == " " || tag.last == "\t" { tag.removeLast() }
                if tag == "*" { return true }
                if tag.hasPrefix("W/") {
                    guard weakly else { continue }
                    tag = tag.dropFirst(2)
                }
                if tag == "\"\(value)\"" { return true }
            }
        }
        return false
    }
}
