package import Tracking

/// The keys that sign the log's tree heads, and those that did.
package struct LogKeyList: Document, Equatable {
    package static let name = "LogKeyList"

    /// The log's name: the first line of its tree heads, and the name of its keys.
    package var origin = ""
    /// The newest first.
    package var keys: [LogKeyInfo] = []

    package init() {}

    package static let fields: [Field<LogKeyList>] = [Field("origin", \.origin), Field("keys", \.keys)]
}

/// The public part of a key that signs tree heads, or did.
package struct LogKeyInfo: Document, Equatable {
    package static let name = "LogKey"

    /// `signing` or `retired`.
    package var status = "signing"
    /// Name, id and key as C2SP signed-note writes them: what other tools take.
    package var verifierKey = ""
    /// The 32 bytes of the Ed25519 key as 64 hexadecimal digits.
    package var publicKey = ""
    /// When it stops signing; absent for the newest.
    package var signsUntil: Timestamp?
    /// The size of the last tree head that it signed: what only a retired key signed beyond it is not the log's. Absent before the first.
    package var lastSize: UInt64?

    package init() {}

    package static let fields: [Field<LogKeyInfo>] = [
        Field("status", \.status, .words(["signing", "retired"])), Field("verifier_key", \.verifierKey),
        Field("public_key", \.publicKey), Field("signs_until", \.signsUntil), Field("last_size", \.lastSize),
    ]
}
