/// How mails are sent (`smtp`), as it is written; the environment may say what is missing.
package struct MailSettings: Equatable, Sendable {
    package let url: String?
    package let sender: String?
    /// `starttls`, `implicit` or `none`.
    package let security: String?
    package let passwordFile: String?
    package let authorityFile: String?

    init(_ section: ResolvedSection) {
        url = section.optionalString("url")
        sender = section.optionalString("from")
        security = section.optionalString("tls")
        passwordFile = section.optionalString("password_file")
        authorityFile = section.optionalString("ca_file")
    }
}
