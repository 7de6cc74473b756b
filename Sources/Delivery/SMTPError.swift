/// Why a mail server did not take a mail.
package enum SMTPError: Error, CustomStringConvertible {
    /// It answered another code than the one that lets the conversation go on.
    case refused(step: String, code: UInt32, text: String)
    /// It closed the connection, or sent what is no answer.
    case broken(step: String)
    /// It does not offer what the settings ask for.
    case missing(String)
    case tooSlow(seconds: Int)

    package var code: UInt32? { if case .refused(_, let code, _) = self { code } else { nil } }

    /// True for refusals of this mail that no later try changes. What the server thinks of the user may change.
    package var isFinal: Bool {
        if case .refused(let step, let code, _) = self {
            code >= 500 && !["AUTH", "EHLO", "STARTTLS"].contains(step)
        } else {
            false
        }
    }

    package var description: String {
        switch self {
        case .refused(let step, let code, let text): "The mail server answered \(code) to \(step): \(text.prefix(300))"
        case .broken(let step): "The mail server closed the connection, or did not speak SMTP, at \(step)."
        case .missing(let what):
            "The mail server does not offer \(what), which the settings ask for. See smtp.tls and smtp.url."
        case .tooSlow(let seconds): "The mail server did not take the mail within \(seconds) seconds."
        }
    }
}
