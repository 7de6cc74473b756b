/// A claim on a session: who makes it, and for how long.
package struct AttemptClaim: Document, Equatable {
    package static let name = "ClaimAttempt"

    /// The time that the lease holds without a call; the server's default when nil.
    package var leaseSeconds: Int?
    package var host: String?
    package var processID: UInt32?
    /// Such as `gpu:0`.
    package var devices: [String]?
    /// The number of ranks that there will be, this one included.
    package var worldSize: UInt32?
    /// Chosen by the claimer at random and told to nobody else; who sends the claim again with it gets the token again.
    package var claimSecret: String?

    package init() {}

    package static let fields: [Field<AttemptClaim>] = [
        Field("lease_seconds", \.leaseSeconds, .range(1...3600)), Field("host", \.host, .remark),
        Field("process_id", \.processID), Field("devices", \.devices, .devices),
        Field("world_size", \.worldSize, .range(1...65_536)),
        Field("claim_secret", \.claimSecret, .secret),
    ]
}

extension Bounds where Value == String {
    /// A secret that a client makes at random: 16 to 255 bytes.
    fileprivate static var secret: Bounds { .bytes(16...255) }
}
