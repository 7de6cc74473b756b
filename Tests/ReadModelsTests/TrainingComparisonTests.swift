import ReadModels
import SwiftProtobuf
import Testing
import Tracking

/// Two records of a training, and where they part.
struct TrainingComparisonTests {
    /// Three epochs of four steps with a loss at each step, a metric of each epoch and a checkpoint after each.
    static func record(_ change: (inout TrainingRecord) -> Void = { _ in }) -> TrainingRecord {
        var record = TrainingRecord(
            epochs: (1...3).map { epoch in
                .with {
                    $0.epoch = UInt32(epoch)
                    $0.step = UInt64(epoch) * 4
                    $0.metrics = [.named("epoch_seconds", 0.5), .named("val_loss", 1 / Double(epoch))]
                }
            },
            points: ["loss": .init(steps: Array(1...12), values: (1...12).map { 2 / Double($0) })],
            checkpoints: [4: "sha256:a", 8: "sha256:b", 12: "sha256:c"])
        change(&record)
        return record
    }

    @Test("Equal records have no difference, whatever their measured times; all of both is counted")
    func equal() {
        let slower = Self.record { $0.epochs[0].metrics[0].value = 60 }
        let comparison = TrainingComparison(of: Self.record(), with: slower)
        #expect(comparison.firstDifference == nil && comparison.largestRelativeDifference == 0)
        #expect(comparison.epochCount == 3 && comparison.pointCount == 12 && comparison.checkpointCount == 3)
        #expect(comparison.missingEpochCount == 0 && comparison.unmatchedPointCount == 0)
    }

    @Test("The first of several differences is told with its epoch, step and size, the largest of all apart")
    func first() throws {
        let other = Self.record {
            $0.points["loss"]?.values[6] *= 1.5
            $0.points["loss"]?.values[9] *= 3
            $0.epochs[1].metrics[1].value = 7
            $0.checkpoints[8] = "sha256:x"
        }
        let comparison = TrainingComparison(of: Self.record(), with: other)
        let first = try #require(comparison.firstDifference)
        #expect(first.epoch == 2 && first.step == 7 && first.place == "point" && first.metric == "loss")
        #expect(first.originalValue == 2.0 / 7 && first.reproducedValue == 2.0 / 7 * 1.5)
        #expect(abs(first.absolute - 1.0 / 7) < 1e-12 && abs(first.relative - 1.0 / 3) < 1e-12)
        #expect(abs(comparison.largestRelativeDifference - 6.5 / 7) < 1e-12)
    }

    @Test("At one step a point comes before the epoch, and the epoch before the checkpoint")
    func places() {
        var other = Self.record {
            $0.points["loss"]?.values[7] = 0
            $0.epochs[1].metrics[1].value = 0
            $0.checkpoints[8] = "sha256:x"
        }
        func place() -> String? { TrainingComparison(of: Self.record(), with: other).firstDifference?.place }
        #expect(place() == "point")
        other.points = Self.record().points
        #expect(place() == "epoch")
        other.epochs = Self.record().epochs
        #expect(place() == "checkpoint")
    }

    @Test("NaN equals NaN of any bits; NaN and a number, and one zero and the other, differ")
    func bits() {
        func compare(_ left: Double, _ right: Double) -> TrainingComparison {
            TrainingComparison(
                of: TrainingRecord(points: ["m": .init(steps: [1], values: [left])]),
                with: TrainingRecord(points: ["m": .init(steps: [1], values: [right])]))
        }
        #expect(compare(.nan, -Double.nan).firstDifference == nil)
        #expect(compare(.nan, 1).largestRelativeDifference == .infinity)
        #expect(compare(.infinity, -.infinity).largestRelativeDifference == .infinity)
        #expect(compare(0, -0.0).firstDifference != nil && compare(0, -0.0).largestRelativeDifference == 0)
        #expect(compare(1, 1.nextUp).firstDifference != nil)
    }

    @Test("What only one of them recorded is counted, and a metric that an epoch lacks is a difference")
    func unmatched() {
        let other = Self.record {
            $0.epochs.removeLast()
            $0.points["loss"] = .init(steps: [2, 4, 13], values: [1, 0.5, 0])
            $0.points["other"] = .init(steps: [1], values: [1])
            $0.checkpoints[12] = nil
        }
        let comparison = TrainingComparison(of: Self.record(), with: other)
        #expect(comparison.firstDifference == nil && comparison.missingEpochCount == 1)
        #expect(comparison.pointCount == 2 && comparison.unmatchedPointCount == 10 + 1 + 1)
        #expect(comparison.epochCount == 2 && comparison.checkpointCount == 2)
        let poorer = Self.record { $0.epochs[0].metrics.removeLast() }
        let first = TrainingComparison(of: Self.record(), with: poorer).firstDifference
        #expect(first?.metric == "val_loss" && first?.hasReproducedValue == false && first?.relative == .infinity)
    }
}
