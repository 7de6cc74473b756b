import JSON
import Tracking

/// Reproductions and their verdicts as the API writes them.
enum ReproductionRendering {
    /// What a session does again.
    static func object(_ reproduction: Reproduction) -> JSONObject {
        var object: JSONObject = [
            "session_id": .string(reproduction.sessionID), "through_epoch": .count(reproduction.throughEpoch),
        ]
        object.add(text: reproduction.binary, "binary")
        object.add(text: reproduction.engine, "engine")
        object.add(text: reproduction.instructionSet, "instruction_set")
        if reproduction.threads > 0 { object.add("threads", .count(reproduction.threads)) }
        object.add(text: reproduction.dataDigest, "data_digest")
        object.add("allow_differences", .bool(reproduction.allowDifferences))
        object.add("tolerance", .number(reproduction.tolerance))
        return object
    }

    /// A verdict, and what it rests on.
    static func object(_ report: ReproductionReported) -> JSONObject {
        var object: JSONObject = [
            "original_session_id": .string(report.originalSessionID),
            "reproduction_session_id": .string(report.reproductionSessionID),
            "attempt": .count(report.attempt), "verdict": .string(report.verdict), "message": .string(report.message),
            "through_epoch": .count(report.throughEpoch), "epochs_compared": .count(report.epochsCompared),
            "points_compared": .count(report.pointsCompared), "points_unmatched": .count(report.pointsUnmatched),
            "checkpoints_compared": .count(report.checkpointsCompared),
            "largest_relative_difference": .number(report.largestRelativeDifference),
            "tolerance": .number(report.tolerance),
        ]
        if report.hasFirstDifference { object.add("first_difference", .object(difference(report.firstDifference))) }
        if !report.factDifferences.isEmpty {
            object.add(
                "fact_differences",
                .array(
                    report.factDifferences.map {
                        [
                            "name": .string($0.name), "original": .string($0.original),
                            "reproduced": .string($0.reproduced),
                        ]
                    }))
        }
        return object
    }

    private static func difference(_ difference: ReproductionDifference) -> JSONObject {
        var object: JSONObject = [
            "epoch": .count(difference.epoch), "step": .integer(difference.step), "place": .string(difference.place),
        ]
        guard difference.place != "checkpoint" else {
            object.add(text: difference.originalDigest, "original_digest")
            object.add(text: difference.reproducedDigest, "reproduced_digest")
            return object
        }
        object.add(text: difference.metric, "metric")
        object.add("original_value", difference.hasOriginalValue ? .number(difference.originalValue) : nil)
        object.add("reproduced_value", difference.hasReproducedValue ? .number(difference.reproducedValue) : nil)
        object.add("absolute", .number(difference.absolute))
        object.add("relative", .number(difference.relative))
        return object
    }
}
