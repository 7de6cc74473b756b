import SwiftProtobuf

/// A comparison of the records of two trainings, value by value and in the order of their steps.
///
/// Values are equal when their bits are. Of two that are not, the relative difference is the absolute one over the
/// greater of both magnitudes, and infinite when only one of them is finite.
package struct TrainingComparison: Sendable {
    /// The number of epochs that both recorded, each with all its metrics but measured times.
    package private(set) var epochCount = 0
    /// The number of points of metrics that both recorded.
    package private(set) var pointCount = 0
    /// The number of points that only one of them recorded.
    package private(set) var unmatchedPointCount = 0
    /// The number of steps at which both saved a checkpoint.
    package private(set) var checkpointCount = 0
    /// The number of the original's epochs that the reproduction lacks.
    package private(set) var missingEpochCount = 0
    /// The first place at which they part; nil when they do not.
    package private(set) var firstDifference: ReproductionDifference?
    /// The greatest relative difference of all compared values.
    package private(set) var largestRelativeDifference = 0.0
    /// The number of checkpoints whose digests differ.
    package private(set) var differentCheckpointCount = 0

    private enum Place: Int {
        case point, epoch, checkpoint
    }

    private var firstPlace: (step: Int64, place: Place, metric: String)?

    /// Compares what `reproduction` recorded with what `original` did.
    package init(of original: TrainingRecord, with reproduction: TrainingRecord) {
        comparePoints(original, reproduction)
        compareEpochs(original, reproduction)
        compareCheckpoints(original, reproduction)
    }

    private mutating func comparePoints(_ original: TrainingRecord, _ reproduction: TrainingRecord) {
        for (metric, series) in original.points {
            guard let other = reproduction.points[metric] else {
                unmatchedPointCount += series.steps.count
                continue
            }
            var (left, right) = (0, 0)
            while left < series.steps.count, right < other.steps.count {
                let step = series.steps[left]
                if step == other.steps[right] {
                    pointCount += 1
                    compare(
                        series.values[left], other.values[right], metric, step: step,
                        epoch: Self.epoch(ofStep: step, original), place: .point)
                    left += 1
                    right += 1
                } else {
                    unmatchedPointCount += 1
                    if step < other.steps[right] { left += 1 } else { right += 1 }
                }
            }
            unmatchedPointCount += series.steps.count - left + other.steps.count - right
        }
        for (metric, series) in reproduction.points where original.points[metric] == nil {
            unmatchedPointCount += series.steps.count
        }
    }

    private mutating func compareEpochs(_ original: TrainingRecord, _ reproduction: TrainingRecord) {
        let others = Dictionary(reproduction.epochs.map { ($0.epoch, $0) }) { $1 }
        for record in original.epochs {
            guard let other = others[record.epoch] else {
                missingEpochCount += 1
                continue
            }
            epochCount += 1
            let step = Int64(clamping: record.step)
            let values = Self.values(record)
            let otherValues = Self.values(other)
            for metric in Set(values.keys).union(otherValues.keys) {
                compare(
                    values[metric], otherValues[metric], metric, step: step, epoch: record.epoch, place: .epoch)
            }
        }
    }

    private mutating func compareCheckpoints(_ original: TrainingRecord, _ reproduction: TrainingRecord) {
        for (step, digest) in original.checkpoints {
            guard let other = reproduction.checkpoints[step] else { continue }
            checkpointCount += 1
            guard digest != other else { continue }
            differentCheckpointCount += 1
            let step = Int64(clamping: step)
            note(step, .checkpoint, "") {
                .with {
                    $0.epoch = Self.epoch(ofStep: step, original)
                    $0.step = step
                    $0.place = "checkpoint"
                    $0.originalDigest = digest
                    $0.reproducedDigest = other
                }
            }
        }
    }

    private mutating func compare(
        _ original: Double?, _ reproduced: Double?, _ metric: String, step: Int64, epoch: UInt32, place: Place
    ) {
        guard original?.bitPattern != reproduced?.bitPattern else { return }
        var (absolute, relative) = (Double.infinity, Double.infinity)
        if let original, let reproduced {
            if original.isNaN && reproduced.isNaN { return }  // a NaN's payload is no measurement
            absolute = abs(original - reproduced)
            let magnitude = max(abs(original), abs(reproduced))
            // Zero and minus zero differ in their bits only.
            relative = absolute == 0 ? 0 : absolute / magnitude
            if !absolute.isFinite || !relative.isFinite { (absolute, relative) = (.infinity, .infinity) }
        }
        largestRelativeDifference = max(largestRelativeDifference, relative)
        note(step, place, metric) {
            .with {
                $0.epoch = epoch
                $0.step = step
                $0.place = place == .point ? "point" : "epoch"
                $0.metric = metric
                if let original { $0.originalValue = original }
                if let reproduced { $0.reproducedValue = reproduced }
                $0.absolute = absolute
                $0.relative = relative
            }
        }
    }

    /// Keeps a difference when it is the first so far: by step, at one step in the order of its places, then by name.
    private mutating func note(
        _ step: Int64, _ place: Place, _ metric: String, _ difference: () -> ReproductionDifference
    ) {
        if let first = firstPlace,
            (first.step, first.place.rawValue, first.metric) <= (step, place.rawValue, metric)
        {
            return
        }
        firstPlace = (step, place, metric)
        firstDifference = difference()
    }

    private static func values(_ record: EpochRecordDocument) -> [String: Double] {
        Dictionary(
            record.metrics.filter { !TrainingRecord.isMeasuredTime($0.name) }.map { ($0.name, $0.value) }
        ) { $1 }
    }

    /// The epoch that a step is part of.
    private static func epoch(ofStep step: Int64, _ record: TrainingRecord) -> UInt32 {
        let epoch = record.epochs.first { Int64(clamping: $0.step) >= step }
        return (epoch ?? record.epochs.last)?.epoch ?? 0
    }
}
