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

    package init() {}

    package static let fields: [Field<AttemptClaim>] = [
        Field("lease_seconds", \.leaseSeconds, .range(1...3600)), Field("host", \.host, .remark),
        Field("process_id", \.processID), Field("devices", \.devices, .devices),
        Field("world_size", \.worldSize, .range(1...65_536)),
    ]
}
