import API
import SwiftProtobuf
import Tracking

extension ReproductionInfo {
    init(_ reproduction: Reproduction) {
        self.init()
        sessionID = reproduction.sessionID
        throughEpoch = Int(reproduction.throughEpoch)
        binary = reproduction.binary.nonEmpty
        engine = reproduction.engine.nonEmpty
        instructionSet = reproduction.instructionSet.nonEmpty
        threads = reproduction.threads > 0 ? Int(reproduction.threads) : nil
        dataDigest = reproduction.dataDigest.nonEmpty
        allowDifferences = reproduction.allowDifferences
        tolerance = reproduction.tolerance
    }
}

extension ReproductionVerdictInfo {
    init(_ report: ReproductionReported) {
        self.init()
        originalSessionID = report.originalSessionID
        reproductionSessionID = report.reproductionSessionID
        attempt = Int(report.attempt)
        verdict = report.verdict
        message = report.message
        throughEpoch = Int(report.throughEpoch)
        epochsCompared = Int(report.epochsCompared)
        pointsCompared = Int(clamping: report.pointsCompared)
        pointsUnmatched = Int(clamping: report.pointsUnmatched)
        checkpointsCompared = Int(report.checkpointsCompared)
        largestRelativeDifference = report.largestRelativeDifference
        tolerance = report.tolerance
        firstDifference = report.hasFirstDifference ? Difference(report.firstDifference) : nil
        factDifferences = report.factDifferences.map(Fact.init)
    }
}

extension ReproductionVerdictInfo.Difference {
    init(_ difference: ReproductionDifference) {
        self.init()
        epoch = Int(difference.epoch)
        step = Int(difference.step)
        place = difference.place
        guard place != "checkpoint" else {
            originalDigest = difference.originalDigest.nonEmpty
            reproducedDigest = difference.reproducedDigest.nonEmpty
            return
        }
        metric = difference.metric.nonEmpty
        originalValue = difference.hasOriginalValue ? difference.originalValue : nil
        reproducedValue = difference.hasReproducedValue ? difference.reproducedValue : nil
        absolute = difference.absolute
        relative = difference.relative
    }
}

extension ReproductionVerdictInfo.Fact {
    init(_ fact: FactDifference) {
        self.init()
        name = fact.name
        original = fact.original
        reproduced = fact.reproduced
    }
}
