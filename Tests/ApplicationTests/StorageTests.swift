import Application
import NIOCore
import Testing
import TrackerTesting
import Tracking

@Suite("Where the disk goes")
struct StorageTests {
    @Test("what deleting and pruning would free counts what nothing else needs, by file, session, experiment and kind")
    func shares() async throws {
        try await TestTracker.run { test in
            let session = try await test.create("one") { $0.experiment = "nodules" }
            let token = try await test.claim(session, "claim one").token
            try await test.start(session, token, as: "begin one")
            for (epoch, loss) in [(1, 0.5), (2, 0.1), (3, 0.9)] as [(UInt32, Double)] {
                try await test.complete(epoch, of: session, token, loss: loss)
                try await test.save(
                    String(repeating: "\(epoch)", count: 100 * Int(epoch)), epoch: epoch, of: session, token,
                    loss: loss, as: "save \(epoch)")
            }
            let (other, _) = try await test.running("two")
            // Once more what the first epoch left, and something of its own.
            try await test.save(String(repeating: "1", count: 100), epoch: 1, of: other, nil, as: "again")
            try await test.save(String(repeating: "x", count: 7), epoch: 2, of: other, nil, as: "own")

            let report = try await test.tracker.storage.report(filesOf: session)
            #expect(report.fileCount == 5 && report.byteCount == 707 && report.storedByteCount == 607)
            #expect(report.unusedByteCount == 0 && report.unreadableCount == 0)
            #expect(report.sessions.map(\.name) == [session.text, other.text])
            #expect(report.sessions.map(\.freedByDeleting) == [500, 7])
            // The first epoch's is neither the best nor the last one, but the other session needs it.
            #expect(report.sessions.map(\.freedByPruning) == [0, 0] && report.freedByPruning == 0)
            #expect(report.experiments.map(\.name) == ["nodules", ""])
            #expect(report.kinds.map(\.name) == ["checkpoint"] && report.kinds.map(\.freedByDeleting) == [607])
            #expect(report.files.map(\.freedByDeleting).sorted() == [0, 200, 300])
            #expect(report.files.filter(\.isPrunable).map(\.byteCount) == [100])
            #expect(report.folders.contains { $0.name == "log" } == false)

            let checkpoints = try await test.tracker.queries.checkpoints(
                .of(other), .current
            ).value.checkpoints
            for checkpoint in checkpoints {
                _ = try await test.tracker.checkpoints.delete(
                    checkpoint.document.checkpointID, reason: "a test",
                    as: TestTracker.command("delete \(checkpoint.document.checkpointID)"))
            }
            let rest = try await test.tracker.storage.report()
            #expect(rest.freedByPruning == 100 && rest.unusedByteCount == 7 && rest.storedByteCount == 607)
            #expect(rest.files.isEmpty)
        }
    }

    @Test("an unknown session is refused, and an empty tracker has nothing")
    func nothing() async throws {
        try await TestTracker.run { test in
            #expect(try await test.tracker.storage.report().fileCount == 0)
            let unknown = try #require(Session.ID("sess_0000000000000000"))
            await expectError(.unknown(.session, unknown.text)) {
                _ = try await test.tracker.storage.report(filesOf: unknown)
            }
        }
    }
}

extension CheckpointListQuery {
    fileprivate static func of(_ session: Session.ID) -> CheckpointListQuery {
        var query = CheckpointListQuery()
        query.session = session
        return query
    }
}
