import Foundation

/// The server that takes mail, and how to talk to it.
package struct MailServer: Sendable, Equatable {
    package enum Security: String, CaseIterable, Sendable {
        /// TLS begins after the greeting (RFC 3207), and nothing is sent without it.
        case starttls
        /// TLS from the first byte (RFC 8314).
        case implicit
        /// No TLS.
        case none
    }

    package var host: String
    package var port: Int
    package var security: Security
    package var user: String?
    package var password: String?
    /// The address that mails are from.
    package var sender: String
    /// A file of certificates to trust instead of the system's.
    package var authorityFile: String?

    /// The fault in the settings and what would be right; goes on after the field's name.
    package struct Fault: Error {
        package var field: String
        package var reason: String
    }

    /// The server of `smtp://user@host:587` or `smtps://…`.
    ///
    /// - Parameters:
    ///   - security: Nil for implicit TLS with smtps, else STARTTLS, but none on this machine.
    ///   - password: From a file or the environment; one in the address counts too.
    package init(
        url text: String, sender: String?, security: Security?, password: String?, authorityFile: String? = nil
    ) throws(Fault) {
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty,
            let scheme = url.scheme?.lowercased(), ["smtp", "smtps"].contains(scheme)
        else {
            throw Fault(
                field: "smtp.url", reason: "must be an address such as smtp://user@mail.example.org:587, not '\(text)'")
        }
        self.authorityFile = authorityFile
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        let isLocal = self.host == "localhost" || self.host.hasPrefix("127.") || self.host == "::1"
        let usual: Security = scheme == "smtps" ? .implicit : isLocal ? .none : .starttls
        self.security = security ?? usual
        if scheme == "smtps", self.security != .implicit {
            throw Fault(field: "smtp.tls", reason: "must be implicit with smtps://, not \(self.security.rawValue)")
        }
        port = url.port ?? (scheme == "smtps" ? 465 : isLocal ? 25 : 587)
        let user = url.user.flatMap { $0.isEmpty ? nil : $0 }
        self.user = user
        self.password = password ?? url.password
        if user != nil, self.password == nil {
            throw Fault(
                field: "smtp.url",
                reason:
                    "names the user \(user ?? ""), whose password is missing; set PIVOT_SMTP_PASSWORD or smtp.password_file"
            )
        }
        let hostName = self.host
        self.sender = sender ?? user.map { $0.contains("@") ? $0 : "\($0)@\(hostName)" } ?? "pivot@\(hostName)"
        guard self.sender.contains("@"),
            !self.sender.contains(where: { $0.isNewline || $0 == "<" || $0 == ">" || $0 == " " })
        else { throw Fault(field: "smtp.from", reason: "must be a mail address, not '\(self.sender)'") }
    }
}
