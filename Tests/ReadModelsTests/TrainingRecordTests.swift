import ReadModels
import SwiftProtobuf
import Testing
import Tracking

/// What of a session is compared with another training.
struct TrainingRecordTests {
    @Test("Superseded epochs and points are left out, deleted checkpoints are not, and a stop's within an epoch is")
    func visible() throws {
        var script = try EventScript.running()
        try Self.epoch(1, attempt: 1, loss: 1, to: &script)
        try Self.points([11, 12], [9, 9], attempt: 1, to: &script)
        try Self.checkpoint("ckpt_stop", epoch: 2, step: 12, attempt: 1, marks: [.stop], to: &script)
        try Self.epoch(2, attempt: 1, loss: 9, to: &script)
        try script.startAttempt(2, epoch: 2, step: 11)
        try Self.points([11, 12], [3, 4], attempt: 2, to: &script)
        try Self.epoch(2, attempt: 2, loss: 2, to: &script)
        try script.append(.checkpointDeleted(.with { $0.checkpointID = "ckpt_1_1" }))
        try Self.epoch(3, attempt: 2, loss: 3, to: &script)
        let record = try Documents(script).models.read { snapshot in
            try snapshot.trainingRecord(of: Documents.session, through: 2)
        }
        #expect(record.epochs.map(\.epoch) == [1, 2])
        #expect(record.epochs[1].metrics == [.named("val_loss", 2)])
        #expect(record.points == ["loss": .init(steps: [11, 12], values: [3, 4])])
        #expect(record.checkpoints == [10: "sha256:1", 20: "sha256:2"])
    }

    private static func epoch(
        _ epoch: UInt32, attempt: UInt32, loss: Double, to script: inout EventScript
    ) throws {
        try script.append(
            .epochCompleted(
                .with {
                    $0.attempt = attempt
                    $0.epoch = epoch
                    $0.step = UInt64(epoch) * 10
                    $0.metrics = [.named("val_loss", loss)]
                }))
        try checkpoint(
            "ckpt_\(epoch)_\(attempt)", epoch: epoch, step: UInt64(epoch) * 10, attempt: attempt, marks: [],
            to: &script)
    }

    private static func checkpoint(
        _ id: String, epoch: UInt32, step: UInt64, attempt: UInt32, marks: [CheckpointMark],
        to script: inout EventScript
    ) throws {
        try script.append(
            .checkpointSaved(
                .with {
                    $0.checkpointID = id
                    $0.attempt = attempt
                    $0.epoch = epoch
                    $0.step = step
                    $0.digest = "sha256:\(epoch)"
                    $0.marks = marks
                    if marks.isEmpty { $0.metrics = [.named("val_loss", 1)] }
                }))
    }

    private static func points(
        _ steps: [Int64], _ values: [Double], attempt: UInt32, to script: inout EventScript
    ) throws {
        try script.append(
            .metricsReported(
                .with {
                    $0.attempt = attempt
                    $0.series = [.points("loss", steps: steps, values: values, times: steps)]
                }))
    }
}
