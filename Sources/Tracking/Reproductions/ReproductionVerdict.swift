import SwiftProtobuf

/// The verdict on a reproduction that has ended.
package enum ReproductionVerdict: String, CaseIterable, Sendable {
    /// Everything that was compared has the same bits.
    case identical
    /// Some values differ, none of them by more than the tolerance.
    case withinTolerance = "within_tolerance"
    case differs
    /// It was not trained, since what the original's bits depend on is not the same.
    case refused
    /// It ended before the original's last epoch, or too little was recorded to compare.
    case incomplete

    /// The verdict on `session`, and what it rests on.
    ///
    /// Equal records count as identical only when weights or steps were among what was compared: checkpoints or points. A
    /// program of the user's own that records neither is judged by its epochs.
    /// - Parameters:
    ///   - session: The reproduction, which has ended.
    ///   - original: What its original recorded up to the epoch that is reproduced.
    ///   - record: What the reproduction recorded up to it.
    package static func report(
        on session: SessionDocument, original: TrainingRecord, record: TrainingRecord
    ) -> ReproductionReported {
        let reproduction = session.reproduction
        let comparison = TrainingComparison(of: original, with: record)
        let facts = session.attempts.last { $0.hasStartedAt }.map { differences(reproduction, $0) } ?? []
        let verdict: ReproductionVerdict
        let isRefused = !facts.isEmpty && !reproduction.allowDifferences && comparison.epochCount == 0
        if isRefused {
            verdict = .refused
        } else if comparison.largestRelativeDifference > reproduction.tolerance {
            verdict = .differs
        } else if comparison.firstDifference != nil, reproduction.tolerance == 0 {
            verdict = .differs
        } else if comparison.missingEpochCount > 0 || comparison.epochCount == 0 {
            verdict = .incomplete
        } else if comparison.firstDifference != nil {
            verdict = .withinTolerance
        } else if comparison.pointCount + comparison.checkpointCount == 0,
            TrainerKind(rawValue: session.trainerKind)?.isSupervisedProgram != true
        {
            verdict = .incomplete
        } else {
            verdict = .identical
        }
        return .with {
            $0.originalSessionID = reproduction.sessionID
            $0.reproductionSessionID = session.sessionID
            $0.verdict = verdict.rawValue
            $0.throughEpoch = reproduction.throughEpoch
            $0.epochsCompared = UInt32(clamping: comparison.epochCount)
            $0.pointsCompared = UInt64(comparison.pointCount)
            $0.pointsUnmatched = UInt64(comparison.unmatchedPointCount)
            $0.checkpointsCompared = UInt32(clamping: comparison.checkpointCount)
            if let difference = comparison.firstDifference { $0.firstDifference = difference }
            $0.largestRelativeDifference = comparison.largestRelativeDifference
            $0.factDifferences = facts
            $0.tolerance = reproduction.tolerance
            $0.attempt = session.attempt
            $0.message = verdict.message(comparison, session)
        }
    }

    private func message(_ comparison: TrainingComparison, _ session: SessionDocument) -> String {
        var compared = Self.list([
            Self.count(comparison.epochCount, "epoch"), Self.count(comparison.pointCount, "point"),
            Self.count(comparison.checkpointCount, "checkpoint"),
        ])
        if comparison.unmatchedPointCount > 0 {
            compared += "; \(Self.count(comparison.unmatchedPointCount, "point")) recorded by one session only"
        }
        let place = comparison.firstDifference.map { "epoch \($0.epoch), step \($0.step)" } ?? ""
        switch self {
        case .identical: return "Everything that was compared is bit-identical: \(compared)."
        case .withinTolerance:
            return
                "The sessions diverge at \(place); the largest relative difference, "
                + "\(comparison.largestRelativeDifference), is within the tolerance of "
                + "\(session.reproduction.tolerance): \(compared) compared."
        case .differs: return "The sessions diverge at \(place): \(compared) compared."
        case .refused:
            return "It was not trained, because what the original's bits depend on is not the same here."
        case .incomplete where comparison.missingEpochCount > 0:
            return "It ended before epoch \(session.reproduction.throughEpoch)"
                + (session.message.isEmpty ? "" : " (\(session.message))")
                + "; nothing differs up to there: \(compared) "
                + "compared."
        case .incomplete:
            return
                "What was compared is equal, but no step or checkpoint was recorded by both: \(compared) compared."
        }
    }

    private static func differences(_ original: Reproduction, _ attempt: AttemptRecord) -> [FactDifference] {
        FactDifference.between(
            original,
            .with {
                $0.binary = attempt.binary
                $0.engine = attempt.engine
                $0.instructionSet = attempt.instructionSet
                $0.threads = attempt.threads
                $0.dataDigest = attempt.dataDigest
            })
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    private static func list(_ parts: [String]) -> String {
        parts.dropLast().joined(separator: ", ") + " and " + (parts.last ?? "")
    }
}
