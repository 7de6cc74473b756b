/// The result of a claim: the attempt and its lease, the token, the devices and the session.
package struct ClaimInfo: Document, Equatable {
    package static let name = "AttemptClaim"

    package var receipt = ReportReceipt()
    /// The proof that a caller speaks for the attempt.
    package var token = ""
    package var devices: [String] = []
    package var session = SessionInfo()

    package init() {}

    /// The fields of a receipt, of which a claim always tells the attempt and its lease, and never how much it took.
    private static let receiptFields = Field<ClaimInfo>.embedded(\.receipt).filter { $0.name != "accepted" }.map {
        field in
        ["attempt", "lease_seconds"].contains(field.name) ? field.required() : field
    }

    package static let fields: [Field<ClaimInfo>] =
        receiptFields + [
            Field("token", \.token), Field("devices", \.devices, omitting: []), Field("session", \.session),
        ]
}
