import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

/// Given events, then the checkpoints, artifacts, logs and webhooks.
struct CheckpointDocumentTests {
    @Test("A later save of an epoch takes the place of the earlier one and joins its marks when the bytes are the same")
    func superseding() throws {
        var script = try EventScript.running()
        try script.save("ckpt_1", epoch: 1, digest: "d1", marks: [.last])
        try script.save("ckpt_2", epoch: 1, digest: "d1", marks: [.stop])
        try script.save("ckpt_3", epoch: 2, digest: "d2", marks: [.last])
        try script.save("ckpt_4", attempt: 2, epoch: 2, digest: "d3", marks: [.stop])
        try script.save("ckpt_5", attempt: 0, epoch: 2, digest: "d4")
        try script.save("ckpt_6", attempt: 0, epoch: 2, digest: "d4")
        try Documents(script).models.read { snapshot throws in
            let visible = try snapshot.checkpoints(of: Documents.session)
            #expect(visible.map(\.document.checkpointID) == ["ckpt_2", "ckpt_4", "ckpt_5", "ckpt_6"])
            #expect(visible[0].document.marks == [.last, .stop] && visible[1].document.marks == [.stop])
            let all = try snapshot.checkpoints(of: nil, includesSuperseded: true)
            #expect(all.map(\.isSuperseded) == [true, false, true, false, false, false])
            #expect(try snapshot.checkpoint(Checkpoint.ID("ckpt_1")!)?.isSuperseded == true)
        }
    }

    @Test(
        "The best checkpoint has the best finite monitored value, the earliest of equals, and moves when it is deleted")
    func best() throws {
        var script = try EventScript.running(monitor: "f", maximum: true)
        try script.save("ckpt_1", epoch: 1, [.named("f", 1)])
        try script.save("ckpt_2", epoch: 2, [.named("f", 3)])
        try script.save("ckpt_3", epoch: 3, [.named("f", 3)])
        try script.save("ckpt_4", epoch: 4, [.named("f", .infinity), .named("g", 9)])
        try script.save("ckpt_5", epoch: 5, [.named("g", 9)])
        #expect(try Documents(script).session().bestCheckpointID == "ckpt_2")
        try script.append(.checkpointDeleted(.with { $0.checkpointID = "ckpt_2" }))
        let documents = try Documents(script)
        try documents.models.read { snapshot throws in
            let entries = try snapshot.checkpoints(of: Documents.session)
            #expect(entries.map(\.isBest) == [false, true, false, false])
            #expect(entries[1].monitor == "f" && entries[1].value(of: "f") == 3 && entries[2].value(of: "f") == nil)
            let deleted = try snapshot.checkpoint(Checkpoint.ID("ckpt_2")!)
            #expect(deleted?.document.deleted == true && deleted?.isBest == false)
        }
        try script.save("ckpt_6", attempt: 2, epoch: 3, [.named("f", 0)])
        #expect(try Documents(script).session().bestCheckpointID == "ckpt_1")
    }

    @Test("The last checkpoint is the newest visible one that an attempt saved")
    func last() throws {
        var script = try EventScript.running()
        try script.save("ckpt_1", epoch: 1, digest: "d1")
        try script.save("ckpt_2", epoch: 2, digest: "d2")
        try script.save("ckpt_3", attempt: 0, epoch: 9, digest: "d3")
        try Documents(script).models.read { snapshot throws in
            #expect(try snapshot.checkpoints(of: Documents.session).map(\.isLast) == [false, true, false])
            #expect(try snapshot.checkpoint(Checkpoint.ID("ckpt_2")!)?.isLast == true)
            #expect(try snapshot.checkpoint(Checkpoint.ID("ckpt_3")!)?.isLast == false)
        }
        try script.append(.checkpointDeleted(.with { $0.checkpointID = "ckpt_2" }))
        try Documents(script).models.read { snapshot throws in
            #expect(try snapshot.checkpoints(of: Documents.session).map(\.isLast) == [true, false])
        }
    }

    @Test("An attempt that begins anew takes best and last from those before it, and uploads keep being the best")
    func beginsAnew() throws {
        var script = try EventScript.running(monitor: "f", maximum: true)
        try script.complete(epoch: 1)
        try script.save("ckpt_1", epoch: 1, digest: "d1", [.named("f", 9)])
        #expect(try Documents(script).session().bestCheckpointID == "ckpt_1")
        #expect(try Documents(script).session().lastCheckpointID == "ckpt_1")
        try script.startAttempt(2, epoch: 1, step: 1)
        #expect(try Documents(script).session().bestCheckpointID == "")
        #expect(try Documents(script).session().lastCheckpointID == "")
        try script.save("ckpt_2", attempt: 2, epoch: 1, digest: "d2", [.named("f", 3)])
        try script.save("ckpt_3", attempt: 0, epoch: 7, digest: "d3", [.named("f", 4)])
        let session = try Documents(script).session()
        #expect(session.bestCheckpointID == "ckpt_3" && session.lastCheckpointID == "ckpt_2")
        try Documents(script).models.read { snapshot throws in
            let all = try snapshot.checkpoints(of: Documents.session, includesSuperseded: true)
            #expect(all.map(\.isSuperseded) == [true, false, false])
        }
    }

    @Test(
        "Best and last, kept from save to save, are those that a look at all checkpoints finds", arguments: 200..<206)
    func standingOut(seed: UInt64) throws {
        let events = try RandomLog.events(seed: seed, count: 500)
        let folder = try TemporaryDirectory(isInMemory: true)
        let models = try ReadModels(folder: folder.path)
        for event in events {
            try models.apply([event])
            guard let id = Session.ID(event.stream.identity) else { continue }
            try models.read { snapshot throws in
                guard let session = try snapshot.session(id) else { return }
                var (best, last): (CheckpointDocument?, CheckpointDocument?)
                for entry in try snapshot.checkpoints(of: id) {
                    let document = entry.document
                    if document.attempt > 0, document.step >= last?.step ?? 0 { last = document }
                    guard let new = entry.value(of: session.monitor) else { continue }
                    let old = best?.metrics.last { $0.name == session.monitor }?.value
                    if old.map({ session.monitorMaximum ? new > $0 : new < $0 }) ?? true { best = document }
                }
                #expect(session.bestCheckpointID == best?.checkpointID ?? "", "at \(event.position)")
                #expect(session.lastCheckpointID == last?.checkpointID ?? "", "at \(event.position)")
            }
        }
    }

    @Test("Artifacts keep their versions; a deleted path is gone but its versions can be asked for")
    func artifacts() throws {
        let digests = [1, 2].map { Digest(hashing: [UInt8($0)]) }
        var script = try EventScript.running()
        for (index, digest) in digests.enumerated() {
            try script.append(
                .artifactSaved(
                    .with {
                        $0.path = "a/b"
                        $0.digest = digest.description
                        $0.version = UInt32(index + 1)
                    }))
        }
        try script.append(
            .artifactSaved(
                .with {
                    $0.path = "a"; $0.version = 1
                }))
        try Documents(script).models.read { snapshot throws in
            #expect(try snapshot.artifacts(of: Documents.session).map(\.document.path) == ["a", "a/b"])
            #expect(try snapshot.artifact("a/b", of: Documents.session)?.version == 2)
            #expect(try snapshot.artifact("a/b", of: Documents.session, version: 1)?.digest == digests[0].description)
            #expect(try snapshot.artifact("a/b", of: Documents.session, digest: digests[0])?.version == 1)
            #expect(try snapshot.artifact("a/b", of: Documents.session, version: 3) == nil)
            for count in 1...4 { #expect(try snapshot.blobDigests(documentCount: count) == Set(digests)) }
        }
        try script.append(.artifactDeleted(.with { $0.path = "a/b" }))
        try Documents(script).models.read { snapshot throws in
            #expect(try snapshot.artifacts(of: Documents.session).map(\.document.path) == ["a"])
            #expect(try snapshot.artifact("a/b", of: Documents.session) == nil)
            #expect(try snapshot.artifact("a/b", of: Documents.session, version: 2) != nil)
        }
    }

    @Test("Log lines are numbered through the session and read on after any of them")
    func lines() throws {
        var script = try EventScript.running()
        for report in 0..<4 {
            try script.append(
                .linesLogged(
                    .with {
                        $0.attempt = 1
                        $0.rank = UInt32(report % 2)
                        $0.lines = (0..<3).map { line in .with { $0.text = "\(report).\(line)" } }
                    }))
        }
        try Documents(script).models.read { snapshot throws in
            let all = try snapshot.logLines(of: Documents.session, limit: 100)
            #expect(all.lines.map(\.number) == Array(1...12) && all.total == 12 && all.next == 12)
            let middle = try snapshot.logLines(of: Documents.session, after: 4, limit: 3)
            #expect(middle.lines.map(\.text) == ["1.1", "1.2", "2.0"] && middle.next == 7)
            let rank = try snapshot.logLines(of: Documents.session, after: 2, limit: 2, rank: 1)
            #expect(rank.lines.map(\.text) == ["1.0", "1.1"])
            #expect(try snapshot.logLines(of: Documents.session, after: 12, limit: 5).lines.isEmpty)
            #expect(try snapshot.logLines(of: Session.ID("sess_none")!, limit: 5).total == 0)
        }
        try Documents(script).models.read(asOf: LogPosition(6)) { snapshot throws in
            let page = try snapshot.logLines(of: Documents.session, limit: 100)
            #expect(page.lines.count == 6 && page.total == 6)
        }
    }

    @Test("Webhooks are listed in the order of their creation until they are deleted")
    func webhooks() throws {
        var script = EventScript()
        try script.append(.created(.with { $0.url = "http://b" }), to: "webhook_b")
        try script.append(
            .created(
                .with {
                    $0.url = "http://a"; $0.events = ["x"]
                }), to: "webhook_a")
        try Documents(script).models.read { snapshot throws in
            #expect(try snapshot.webhooks().map(\.url) == ["http://b", "http://a"])
            #expect(try snapshot.webhook("webhook_a")?.events == ["x"])
        }
        try script.append(.deleted(WebhookDeleted()), to: "webhook_b")
        try Documents(script).models.read { snapshot throws in
            #expect(try snapshot.webhooks().map(\.webhookID) == ["webhook_a"])
            #expect(try snapshot.webhook("webhook_b") == nil)
        }
    }
}
