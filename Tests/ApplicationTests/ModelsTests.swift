import Application
import EventLog
import JSON
import Testing
import TrackerTesting
import Tracking

@Suite("Aliases and what they keep")
struct ModelsTests {
    private static let remark = ModelDecider.Remark(reason: "better")

    /// Whether `body` did what it was to do; what cannot be done because of the other is no failure.
    private func succeeds(_ body: () async throws -> Void) async throws -> Bool {
        do {
            try await body()
            return true
        } catch let error as TrackerError {
            switch error {
            case .aliased, .checkpointsBusy, .checkpointDeleted: return false
            default: throw error
            }
        }
    }

    @Test("a checkpoint is never both deleted and pointed at, however the two meet")
    func races() async throws {
        try await TestTracker.run { test in
            let (session, _) = try await test.running()
            let model = try #require(Model.Name("detector"))
            for number in 0..<40 {
                let saved = try await test.save("w\(number)", epoch: 1, of: session, nil, as: "save \(number)")
                let checkpoint = saved.value.entry.document.checkpointID
                let alias = try #require(Model.Alias("alias-\(number)"))
                async let set = succeeds {
                    _ = try await test.tracker.models.set(
                        alias, of: model, to: checkpoint, Self.remark, expecting: .absence,
                        as: TestTracker.command("set \(number)"))
                }
                async let deletion = succeeds {
                    _ = try await test.tracker.checkpoints.delete(
                        checkpoint, reason: "surplus", as: TestTracker.command("delete \(number)"))
                }
                let (isSet, isDeleted) = try await (set, deletion)
                #expect(!(isSet && isDeleted), "\(checkpoint)")
                #expect(try await test.core.models.state(of: model.stream).targets.keys.contains(alias.text) == isSet)
            }
        }
    }

    @Test("what an alias pointed at can be deleted once nothing points at it, and its lineage still tells of it")
    func released() async throws {
        try await TestTracker.run { test in
            let (session, _) = try await test.running()
            let checkpoint = try await test.save("w", epoch: 1, of: session, nil).value.entry.document.checkpointID
            let model = try #require(Model.Name("detector"))
            let alias = try #require(Model.Alias("production"))
            let set = try await test.tracker.models.set(
                alias, of: model, to: checkpoint, Self.remark, expecting: .anything, as: TestTracker.command("set"))
            let id = try #require(Checkpoint.ID(checkpoint))
            let deletion = TestTracker.command("delete")
            await expectError(.aliased(session, id, by: ["detector@production"])) {
                _ = try await test.tracker.checkpoints.delete(checkpoint, reason: "surplus", as: deletion)
            }
            _ = try await test.tracker.models.remove(
                alias, of: model, Self.remark, expecting: .checkpoint(checkpoint), as: TestTracker.command("remove"))
            _ = try await test.tracker.checkpoints.delete(checkpoint, reason: "surplus", as: deletion)
            let lineage = try await test.tracker.queries.lineage(
                alias.text, of: model.text, .asOf(.position(set.position)))
            #expect(lineage.value.steps.first?.record?.position == set.position)
            #expect(lineage.value.steps.dropFirst().first?.facts["checkpoint_id"] == .string(checkpoint))
            await expectError(.unknown(.alias, "detector@production")) {
                _ = try await test.tracker.queries.lineage(alias.text, of: model.text, .current)
            }
        }
    }
}
