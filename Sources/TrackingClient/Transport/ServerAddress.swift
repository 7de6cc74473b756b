import Foundation

/// The address of a server: scheme, host, port and an optional path before `/api/v1`.
package struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address without a slash at its end, such as `http://127.0.0.1:8000`.
    package let text: String
    /// The host alone, without brackets.
    package let host: String
    /// The port, also when the text leaves it out.
    package let port: Int

    /// The address a server has when nothing else is said.
    package static let standard = ServerAddress(text: "http://127.0.0.1:8000", host: "127.0.0.1", port: 8000)

    private init(text: String, host: String, port: Int) {
        self.text = text
        self.host = host
        self.port = port
    }

    /// Reads `http://host[:port][/path]` or the same with https; a trailing `/api/v1` is taken off.
    /// Throws `invalidAddress` for anything else.
    package init(_ text: String) throws(ClientError) {
        var trimmed = text.trimmingCharacters(in: .whitespaces)
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        if trimmed.hasSuffix("/api/v1") { trimmed.removeLast("/api/v1".count) }
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        guard let parts = URLComponents(string: trimmed), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty, parts.query == nil,
            parts.fragment == nil, parts.user == nil
        else {
            throw ClientError(
                .invalidAddress,
                "\"\(text)\" is not the address of a server. Give one such as http://127.0.0.1:8000.")
        }
        self.text = trimmed
        self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        port = parts.port ?? (scheme == "https" ? 443 : 80)
    }

    /// True when the host is this machine.
    package var isLoopback: Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    package var description: String { text }
}
