/// The training that a session does again, and what the original's bits depended on.
package struct ReproductionInfo: Document, Equatable {
    package static let name = "Reproduction"

    package var sessionID = ""
    package var throughEpoch = 0
    package var binary: String?
    package var engine: String?
    package var instructionSet: String?
    package var threads: Int?
    package var dataDigest: String?
    package var allowDifferences = false
    package var tolerance = 0.0

    package init() {}

    package static let fields: [Field<ReproductionInfo>] = [
        Field("session_id", \.sessionID), Field("through_epoch", \.throughEpoch), Field("binary", \.binary),
        Field("engine", \.engine), Field("instruction_set", \.instructionSet), Field("threads", \.threads),
        Field("data_digest", \.dataDigest), Field("allow_differences", \.allowDifferences),
        Field("tolerance", \.tolerance),
    ]
}
