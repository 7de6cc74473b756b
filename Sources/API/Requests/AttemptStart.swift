package import JSON

/// The point at which an attempt begins, and what its bits depend on.
package struct AttemptStart: Document, Equatable {
    package static let name = "AttemptStarted"

    package var commandID: String?
    /// The checkpoint that was loaded.
    package var checkpointID: String?
    package var firstEpoch: UInt32 = 1
    package var firstStep: Int64 = 1
    package var stepsPerEpoch: Int64?
    package var binary: String?
    package var engine: String?
    package var instructionSet: String?
    package var threads: UInt32?
    package var dataDigest: String?
    package var provenance: JSONObject?

    package init() {}

    package static let fields: [Field<AttemptStart>] = [
        Field("command_id", \.commandID, .commandID), Field("checkpoint_id", \.checkpointID, .remark),
        Field("first_epoch", \.firstEpoch, .range(1...UInt32.max)),
        Field("first_step", \.firstStep, .range(1...MetricsReport.maximumStep)),
        Field("steps_per_epoch", \.stepsPerEpoch, .step), Field("binary", \.binary, .remark),
        Field("engine", \.engine, .remark), Field("instruction_set", \.instructionSet, .remark),
        Field("threads", \.threads, .range(0...65_536)), Field("data_digest", \.dataDigest, .remark),
        Field("provenance", \.provenance, .scalars),
    ]
}

extension Bounds where Value == String {
    /// The name of a command, as in the header Idempotency-Key: 1 to 255 printable ASCII characters without spaces.
    static var commandID: Bounds {
        Bounds(limits: .bytes(1...255)) { (id) throws(FieldError) in
            guard id.utf8.allSatisfy({ (33...126).contains($0) }), (1...255).contains(id.utf8.count) else {
                throw FieldError("", "must have 1 to 255 printable ASCII characters without spaces")
            }
        }
    }
}

extension Bounds where Value == Int64 {
    /// 0 to 2^53 − 1, up to where JSON numbers are exact.
    static var step: Bounds { .range(0...MetricsReport.maximumStep) }
}

extension Bounds where Value == UInt32 {
    /// From 1.
    static var counted: Bounds { .range(1...UInt32.max) }
    /// A process of a distributed training.
    static var rank: Bounds { .range(0...65_535) }
}
