import Text

/// `Content-Disposition` of downloads and of form parts (RFC 6266, RFC 7578, RFC 8187).
package struct ContentDisposition: Equatable, Sendable {
    /// `attachment`, `inline`, `form-data`; lower case.
    package var kind: String
    /// The field's name in a form.
    package var name: String?
    /// The file's name as the sender gave it; may hold anything.
    package var fileName: String?

    /// A download under `fileName`.
    package static func attachment(_ fileName: String) -> ContentDisposition {
        ContentDisposition(kind: "attachment", name: nil, fileName: fileName)
    }

    package init(kind: String, name: String?, fileName: String?) {
        self.kind = kind
        self.name = name
        self.fileName = fileName
    }

    /// Reads a header; nil when it is not one. `filename*` goes before `filename`.
    package init?(_ header: String) {
        guard let parameters = HeaderParameters(header) else { return nil }
        kind = parameters.value.lowercased()
        name = parameters["name"]
        fileName = parameters["filename"]
        if let extended = parameters["filename*"].flatMap(Self.decodedExtended) { fileName = extended }
    }

    /// The header for a download: the name without folders, quotes and control characters in ASCII, and in UTF-8 by
    /// RFC 8187 when ASCII does not hold it.
    package var headerValue: String {
        guard let fileName else { return kind }
        let safe = Self.sanitized(fileName)
        let plain = String(
            String.UnicodeScalarView(
                safe.unicodeScalars.map { $0.isASCII && $0 != "\"" && $0 != "\\" && $0 != "%" ? $0 : "_" }))
        guard plain != safe else { return "\(kind); filename=\"\(plain)\"" }
        return "\(kind); filename=\"\(plain)\"; filename*=UTF-8''" + PercentCoding.encoded(safe)
    }

    /// The last component of `name` without control characters; `download` when nothing is left. At most 255 bytes.
    package static func sanitized(_ name: String) -> String {
        let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? ""
        var scalars = String.UnicodeScalarView(
            last.unicodeScalars.filter { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
                default: true
                }
            })
        while scalars.first == "." || scalars.first == " " { scalars.removeFirst() }
        while scalars.last == "." || scalars.last == " " { scalars.removeLast() }
        while String(scalars).utf8.count > 255 { scalars.removeLast() }
        return scalars.isEmpty ? "download" : String(scalars)
    }

    /// RFC 8187: `UTF-8'language'percent-encoded`; nil when it is another character set or not valid.
    private static func decodedExtended(_ value: String) -> String? {
        let parts = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].lowercased() == "utf-8" else { return nil }
        return PercentCoding.decoded(parts[2])
    }
}
