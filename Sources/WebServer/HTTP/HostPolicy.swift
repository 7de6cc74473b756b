import HTTPTypes
import JSON

/// The names that the server answers under, and the web pages that may call it.
///
/// Guards a server on this machine against pages that reach it through a name of their own (DNS rebinding) or by
/// calling localhost from elsewhere.
package struct HostPolicy: Sendable {
    /// Lower-case names without ports.
    private let names: Set<String>
    private let passesEverything: Bool
    private let origins: Set<String>

    /// The loopback names and `additionalNames`; `*` among them lets everything pass. Pages of `origins` may call the server
    /// too, all pages with `*`.
    package init(additionalNames: [String] = [], origins: [String] = []) {
        self.origins = Set(origins)
        names = Set(["localhost", "127.0.0.1", "[::1]"] + additionalNames.map { $0.lowercased() })
        passesEverything = additionalNames.contains("*")
    }

    /// Checks a request's Host and Origin.
    ///
    /// - Throws: 403 for a Host or an Origin that is not one of the names, with any port.
    package func check(host: String?, origins: [String]) throws(APIError) {
        guard !passesEverything else { return }
        if let host, !isKnown(authority: host) {
            throw APIError(
                .forbidden, code: "foreign_host",
                message: "This server does not answer under the name '\(host)'. Start it with --allow-host, or add the "
                    + "name to allowed_hosts in its configuration.",
                details: ["host": .string(host)])
        }
        for origin in origins where !isKnown(origin: origin) && !mayRead(origin: origin) {
            throw APIError(
                .forbidden, code: "foreign_origin",
                message: "Pages of '\(origin)' may not call this server. Add '\(origin)' to allowed_origins in "
                    + "its configuration.",
                details: ["origin": .string(origin)])
        }
    }

    /// True when the answers are for pages of `origin` to read.
    package func mayRead(origin: String) -> Bool { origins.contains("*") || origins.contains(origin) }

    private func isKnown(origin: String) -> Bool {
        for scheme in ["http://", "https://"] where origin.lowercased().hasPrefix(scheme) {
            return isKnown(authority: String(origin.dropFirst(scheme.count)))
        }
        return false
    }

    /// True when `authority` is a known name, with or without a port.
    private func isKnown(authority: String) -> Bool {
        let text = authority.lowercased()
        if names.contains(text) { return true }
        guard let colon = text.lastIndex(of: ":") else { return false }
        let port = text[text.index(after: colon)...]
        return port.utf8.count <= 5 && port.utf8.allSatisfy { (48...57).contains($0) }
            && names.contains(String(text[..<colon]))
    }
}
