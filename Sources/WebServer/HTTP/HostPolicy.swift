package import HTTPTypes
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

    /// Checks that no page of another site made a browser send the request, by the `Sec-Fetch-*` headers that browsers add:
    /// even where a page may not read the answer, an `<img>` of it must not be able to make the server work.
    ///
    /// Pages of known names and of the configured origins pass, which `Origin` tells, or `Referer` where browsers send no
    /// `Origin`. Links that a person follows pass where `use` allows them. Programs send none of these headers.
    /// - Throws: 403.
    package func checkSite(of request: HTTPRequest, use: Route.CrossSiteUse) throws(APIError) {
        let fields = request.headerFields
        guard fields[.secFetchSite] == "cross-site", use != .everything, !passesEverything else { return }
        let isLink =
            fields[.secFetchMode] == "navigate" && fields[.secFetchDest] == "document"
            && (request.method == .get || request.method == .head)
        if use == .links, isLink { return }
        let origin = fields[.origin] ?? fields[.referer].flatMap { Self.origin(of: $0) }
        if let origin, isKnown(origin: origin) || mayRead(origin: origin) { return }
        throw APIError(
            .forbidden, code: "cross_site",
            message: "Pages of other sites may not use this address. Open it in a window of its own, or add the page's "
                + "origin to allowed_origins in the server's configuration.",
            details: origin.map { ["origin": .string($0)] } ?? [:])
    }

    /// Scheme and authority of an address.
    private static func origin(of address: String) -> String? {
        guard let scheme = address.firstRange(of: "://"), let authority = RequestTarget.authority(of: address) else {
            return nil
        }
        return address[..<scheme.upperBound] + authority
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

extension HTTPField.Name {
    /// The relation of the page that has a browser send a request to this server's site (W3C, *Fetch Metadata*).
    fileprivate static var secFetchSite: HTTPField.Name { HTTPField.Name("Sec-Fetch-Site")! }
    /// `navigate` when the answer is to be shown in a window or a frame.
    fileprivate static var secFetchMode: HTTPField.Name { HTTPField.Name("Sec-Fetch-Mode")! }
    /// `document` for a window of its own.
    fileprivate static var secFetchDest: HTTPField.Name { HTTPField.Name("Sec-Fetch-Dest")! }
}
