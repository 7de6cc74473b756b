/// The attempt that began with its session, and its lease.
package struct GrantedClaim: Document, Equatable {
    package static let name = "GrantedClaim"

    package var attempt = 0
    /// The proof that a caller speaks for the attempt.
    package var token = ""
    package var leaseSeconds = 0
    package var devices: [String] = []
    /// The number of points that were taken; nil when none were sent.
    package var accepted: Int?

    package init() {}

    package static let fields: [Field<GrantedClaim>] = [
        Field("attempt", \.attempt), Field("token", \.token), Field("lease_seconds", \.leaseSeconds),
        Field("devices", \.devices, omitting: []), Field("accepted", \.accepted),
    ]
}
