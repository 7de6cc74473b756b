package import HTTPTypes

/// The content of the header `Authorization`: a scheme, and what the client shows under it (RFC 9110, section 11.6.2).
package struct Credentials: Equatable, Sendable {
    /// In lower case, such as `bearer`.
    package let scheme: String
    package let value: String

    /// The credentials among `fields`; nil when there are none, or none that can be read.
    package init?(_ fields: HTTPFields) {
        guard let text = fields[.authorization] else { return nil }
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        scheme = parts[0].lowercased()
        value = String(parts[1])
    }
}
