package import Tracking

/// One process that trained a session, from its claim to its end.
package struct AttemptInfo: Document, Equatable {
    package static let name = "AttemptRecord"

    package var number = 0
    package var claimedAt = Timestamp(rawValue: 0)
    package var startedAt: Timestamp?
    package var endedAt: Timestamp?
    /// `completed`, `stopped`, `failed` or `lost`; nil while it runs.
    package var ending: String?
    package var message: String?
    package var host: String?
    package var processID: Int?
    package var devices: [String] = []
    package var worldSize: Int?
    package var leaseSeconds: Int?
    package var firstEpoch: Int?
    package var firstStep: Int?
    package var stepsPerEpoch: Int?
    package var checkpointID: String?
    package var binary: String?
    package var engine: String?
    package var instructionSet: String?
    package var threads: Int?
    package var dataDigest: String?

    package init() {}

    package static let fields: [Field<AttemptInfo>] = [
        Field("attempt", \.number), Field("claimed_at", \.claimedAt), Field("started_at", \.startedAt),
        Field("ended_at", \.endedAt),
        Field("ending", \.ending, .words(["completed", "stopped", "failed", "lost"])),
        Field("message", \.message), Field("host", \.host), Field("process_id", \.processID),
        Field("devices", \.devices, omitting: []), Field("world_size", \.worldSize),
        Field("lease_seconds", \.leaseSeconds), Field("first_epoch", \.firstEpoch), Field("first_step", \.firstStep),
        Field("steps_per_epoch", \.stepsPerEpoch), Field("checkpoint_id", \.checkpointID),
        Field("binary", \.binary), Field("engine", \.engine), Field("instruction_set", \.instructionSet),
        Field("threads", \.threads), Field("data_digest", \.dataDigest),
    ]
}
