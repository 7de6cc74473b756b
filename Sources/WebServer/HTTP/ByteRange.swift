package import HTTPTypes
import JSON

/// The part of a document that a `Range` header asks for (RFC 9110, section 14).
package enum ByteRange: Equatable, Sendable {
    /// All of it: there was no range, or none that has to be honoured.
    case whole
    /// The bytes in this range, which is not empty.
    case part(Range<Int>)

    /// Reads the `Range` header of a request for a document of `byteCount` bytes.
    ///
    /// Several ranges, other units and malformed headers are ignored, as the standard allows; so is a range whose
    /// `If-Range` does not name `entityTag`.
    /// - Throws: 416 with `Content-Range` when the range lies beyond the end.
    package static func requested(
        by fields: HTTPFields, byteCount: Int, entityTag: EntityTag?
    ) throws(APIError) -> ByteRange {
        guard let header = fields[.range], let range = parse(header) else { return .whole }
        if let condition = fields[.ifRange] {
            guard let entityTag, !entityTag.isWeak, condition == entityTag.headerValue else { return .whole }
        }
        switch range {
        case .suffix(let count):
            guard count > 0, byteCount > 0 else { throw unsatisfiable(byteCount) }
            return .part(max(0, byteCount - count)..<byteCount)
        case .from(let first, let last):
            guard first < byteCount else { throw unsatisfiable(byteCount) }
            let end = last.map { $0 < byteCount ? $0 + 1 : byteCount } ?? byteCount
            return .part(first..<end)
        }
    }

    /// `Content-Range` of an answer with `range` of `byteCount` bytes.
    package static func contentRange(_ range: Range<Int>, of byteCount: Int) -> String {
        "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(byteCount)"
    }

    private enum Request {
        case from(Int, last: Int?)
        case suffix(Int)
    }

    /// One range of bytes; nil for anything else.
    private static func parse(_ header: String) -> Request? {
        let parts = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, trimmed(parts[0]).lowercased() == "bytes" else { return nil }
        let bounds = trimmed(parts[1]).split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2 else { return nil }
        let (first, last) = (trimmed(bounds[0]), trimmed(bounds[1]))
        if first.isEmpty { return number(last).map { .suffix($0) } }
        guard let start = number(first) else { return nil }
        if last.isEmpty { return .from(start, last: nil) }
        guard let end = number(last), end >= start else { return nil }
        return .from(start, last: end)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }

    /// Decimal digits only; numbers beyond 64 bits count as the largest.
    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text) ?? Int.max - 1
    }

    private static func unsatisfiable(_ byteCount: Int) -> APIError {
        APIError(
            .rangeNotSatisfiable, code: "range_not_satisfiable",
            message: "The range is outside the document, which has \(byteCount) bytes.",
            details: ["byte_count": .integer(Int64(byteCount))], headers: [.contentRange: "bytes */\(byteCount)"])
    }
}
