package import JSON

/// Who claims a session and for how long.
package struct AttemptClaim: Sendable {
    /// How long the lease holds without a call; 1 to 3,600 s.
    package var leaseDuration: Duration = .seconds(30)
    package var host: String?
    package var processID: Int?
    /// Such as `gpu:0`.
    package var devices: [String] = []
    /// How many ranks there will be, this one included.
    package var worldSize = 1

    package init() {}

    /// The request's body.
    package var json: JSONValue {
        var body: JSONObject = ["lease_seconds": .integer(max(1, leaseDuration.components.seconds))]
        if let host { body.append(.string(host), forKey: "host") }
        if let processID { body.append(.integer(Int64(processID)), forKey: "process_id") }
        if !devices.isEmpty { body.append(.array(devices.map { .string($0) }), forKey: "devices") }
        if worldSize != 1 { body.append(.integer(Int64(worldSize)), forKey: "world_size") }
        return .object(body)
    }
}
