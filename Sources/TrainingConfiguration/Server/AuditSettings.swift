/// How the log's tree is signed (`audit`), as it is written.
package struct AuditSettings: Equatable, Sendable {
    /// Somebody else who signs tree heads.
    package struct Witness: Equatable, Sendable {
        package let url: String
        /// Its verifier key, as C2SP signed-note writes it.
        package let key: String
    }

    /// The log's name; nil for the one that its key has.
    package let origin: String?
    package let witnesses: [Witness]

    init(_ section: ResolvedSection) {
        origin = section.optionalString("origin")
        witnesses = section.sections("witnesses").map { Witness(url: $0.string("url"), key: $0.string("key")) }
    }
}
