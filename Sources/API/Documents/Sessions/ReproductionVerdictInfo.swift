/// The comparison of a reproduction with its original.
package struct ReproductionVerdictInfo: Document, Equatable {
    package static let name = "ReproductionReport"

    package var originalSessionID = ""
    package var reproductionSessionID = ""
    package var attempt = 0
    /// `identical`, `within_tolerance`, `differs`, `refused` or `incomplete`.
    package var verdict = ""
    package var message = ""
    package var throughEpoch = 0
    package var epochsCompared = 0
    package var pointsCompared = 0
    package var pointsUnmatched = 0
    package var checkpointsCompared = 0
    package var largestRelativeDifference = 0.0
    package var tolerance = 0.0
    package var firstDifference: Difference?
    package var factDifferences: [Fact] = []

    package init() {}

    package static let fields: [Field<ReproductionVerdictInfo>] = [
        Field("original_session_id", \.originalSessionID), Field("reproduction_session_id", \.reproductionSessionID),
        Field("attempt", \.attempt),
        Field(
            "verdict", \.verdict, .words(["identical", "within_tolerance", "differs", "refused", "incomplete"])),
        Field("message", \.message), Field("through_epoch", \.throughEpoch),
        Field("epochs_compared", \.epochsCompared), Field("points_compared", \.pointsCompared),
        Field("points_unmatched", \.pointsUnmatched), Field("checkpoints_compared", \.checkpointsCompared),
        Field("largest_relative_difference", \.largestRelativeDifference, .metric), Field("tolerance", \.tolerance),
        Field("first_difference", \.firstDifference), Field("fact_differences", \.factDifferences, omitting: []),
    ]

    /// The first place at which a reproduction parts from its original.
    package struct Difference: Document, Equatable {
        package static let name = "ReproductionDifference"

        package var epoch = 0
        package var step = 0
        /// `point`, `epoch` or `checkpoint`.
        package var place = ""
        package var metric: String?
        package var originalValue: Double?
        package var reproducedValue: Double?
        package var absolute: Double?
        package var relative: Double?
        package var originalDigest: String?
        package var reproducedDigest: String?

        package init() {}

        package static let fields: [Field<Difference>] = [
            Field("epoch", \.epoch), Field("step", \.step),
            Field("place", \.place, .words(["point", "epoch", "checkpoint"])),
            Field("metric", \.metric), Field("original_value", \.originalValue, .metric),
            Field("reproduced_value", \.reproducedValue, .metric), Field("absolute", \.absolute, .metric),
            Field("relative", \.relative, .metric), Field("original_digest", \.originalDigest),
            Field("reproduced_digest", \.reproducedDigest),
        ]
    }

    /// A fact that the bits depend on and that was not the same.
    package struct Fact: Document, Equatable {
        package static let name = "FactDifference"

        package var name = ""
        package var original = ""
        package var reproduced = ""

        package init() {}

        package static let fields: [Field<Fact>] = [
            Field(
                "name", \.name, .words(["binary", "engine", "instruction_set", "threads", "data_digest"])),
            Field("original", \.original), Field("reproduced", \.reproduced),
        ]
    }
}
