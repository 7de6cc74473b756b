import ReadModels
import SwiftProtobuf
import Testing
import Tracking

/// Given events, then the session's document.
struct SessionDocumentTests {
    @Test("A created session shows what was given, its configuration's scalars as parameters, and a time")
    func created() throws {
        var script = EventScript()
        try script.append(
            .created(
                .with {
                    $0.name = "lung"
                    $0.experiment = "ct"
                    $0.group = "night"
                    $0.tags = ["a", "b"]
                    $0.notes = "note"
                    $0.configurationPath = "train.yaml"
                    $0.configuration = #"{"seed":7,"train":{"lr":0.5,"amp":true,"patch":[1,2],"kind":"x"},"none":null}"#
                    $0.params = [.text("train.kind", "y"), .text("extra", "z")]
                    $0.trainerKind = "synthetic"
                    $0.plannedEpochs = 12
                    $0.monitor = "val_froc"
                    $0.monitorMaximum = true
                    $0.maxRestarts = 2
                    $0.warnings = ["unknown key"]
                }))
        let session = try Documents(script).session()
        #expect(session.sessionID == "sess_a" && session.name == "lung" && session.status == "created")
        #expect(session.experiment == "ct" && session.group == "night" && session.tags == ["a", "b"])
        #expect(session.totalEpochs == 12 && session.plannedEpochs == 12 && session.currentEpoch == 0)
        #expect(session.createdAt == 1_000_000 && !session.hasStartedAt && !session.hasCompletedAt)
        #expect(session.params == [.text("extra", "z"), .text("train.kind", "y")])
        #expect(
            session.configurationValues.map(\.name) == ["seed", "train.amp", "train.kind", "train.lr", "train.patch"])
        #expect(
            session.configurationValues.map(\.value) == [
                .integer(7), .flag(true), .text("x"), .number(0.5), .text("[1,2]"),
            ])
        #expect(session.warnings == ["unknown key"] && session.configurationPath == "train.yaml")
        #expect(session.monitor == "val_froc" && session.monitorMaximum && session.maxRestarts == 2)
        #expect(!session.hasParentCheckpoint && session.attempt == 0 && session.lastPosition == 1)
    }

    @Test("A session that continues a checkpoint begins at its epoch and names its parent")
    func parent() throws {
        var script = EventScript()
        try script.append(
            .created(
                .with {
                    $0.parentCheckpoint = .with {
                        $0.checkpointID = "ckpt_1"
                        $0.sessionID = "sess_z"
                        $0.epoch = 3
                        $0.step = 30
                    }
                }))
        let session = try Documents(script).session()
        #expect(session.currentEpoch == 3 && session.step == 30 && session.parentSessionID == "sess_z")
    }

    @Test("Each step of a life changes the status, and an ending stays until the next start")
    func life() throws {
        var script = EventScript()
        var statuses: [String] = []
        func append(_ event: SessionEvent) throws {
            try script.append(event)
            statuses.append(try Documents(script).session().status)
        }
        try append(.created(.with { $0.plannedEpochs = 2 }))
        try append(.startRequested(StartRequested()))
        try append(.attemptClaimed(.with { $0.attempt = 1 }))
        try append(
            .attemptStarted(
                .with {
                    $0.attempt = 1; $0.firstEpoch = 1; $0.firstStep = 1
                }))
        try append(.stopRequested(StopRequested()))
        try append(
            .stopped(
                .with {
                    $0.attempt = 1; $0.step = 4; $0.message = "asked"
                }))
        var session = try Documents(script).session()
        #expect(session.completedAt == 6_000_000 && session.message == "asked" && session.step == 4)
        #expect(session.attempts[0].ending == "stopped" && session.attempts[0].endedAt == 6_000_000)
        try append(.startRequested(StartRequested()))
        session = try Documents(script).session()
        #expect(!session.hasCompletedAt && session.message.isEmpty && session.queuedPosition == 7)
        try append(.attemptClaimed(.with { $0.attempt = 2 }))
        try append(
            .attemptLost(
                .with {
                    $0.attempt = 2; $0.message = "silence"
                }))
        session = try Documents(script).session()
        #expect(session.lossCount == 1 && session.attempts[1].ending == "lost" && session.queuedPosition == 9)
        try append(
            .failed(
                .with {
                    $0.attempt = 2; $0.message = "lost too often"
                }))
        session = try Documents(script).session()
        #expect(session.attempts[1].ending == "lost" && session.message == "lost too often")
        try append(.archived(Archived()))
        #expect(try Documents(script).session().archived)
        #expect(
            statuses == [
                "created", "queued", "running", "running", "stopping", "stopped", "queued", "running", "queued",
                "failed",
                "failed",
            ])
        #expect(session.startedAt == 3_000_000)
    }

    @Test("At completion the total is the epochs done, and the plan stays")
    func completion() throws {
        var script = try EventScript.running()
        try script.complete(epoch: 1, [.named("val_loss", 0.5)])
        try script.complete(epoch: 2, [.named("b", 2), .named("a", .nan)])
        try script.append(
            .completed(
                .with {
                    $0.attempt = 1
                    $0.epoch = 2
                    $0.step = 20
                    $0.finalMetrics = [.named("val_loss", 0.25)]
                    $0.earlyStopReason = "no improvement"
                }))
        let documents = try Documents(script)
        let session = try documents.session()
        #expect(session.status == "completed" && session.currentEpoch == 2 && session.totalEpochs == 2)
        #expect(session.plannedEpochs == 5 && session.earlyStopReason == "no improvement")
        let latest = try documents.latestMetrics()
        #expect(latest["b"] == 2 && latest["val_loss"] == 0.5 && latest["a"]?.isNaN == true && latest.count == 3)
        #expect(session.finalMetrics == [.named("val_loss", 0.25)])
        #expect(session.attempts[0].ending == "completed")
    }

    @Test("A rewind goes back to the last epoch that stays, with its metrics; superseded epochs are shown on demand")
    func rewind() throws {
        var script = try EventScript.running()
        for epoch in 1...4 { try script.complete(epoch: UInt32(epoch), [.named("m", Double(epoch))]) }
        try script.append(.attemptLost(.with { $0.attempt = 1 }))
        try script.startAttempt(2, epoch: 3, step: 21)
        var documents = try Documents(script)
        var session = try documents.session()
        #expect(session.currentEpoch == 2 && session.step == 20)
        #expect(try documents.latestMetrics() == ["m": 2])
        try script.complete(epoch: 3, attempt: 2, [.named("m", 30)])
        documents = try Documents(script)
        session = try documents.session()
        #expect(session.currentEpoch == 3)
        #expect(try documents.latestMetrics() == ["m": 30])
        try documents.models.read { snapshot throws in
            let visible = try snapshot.epochRecords(of: Documents.session)
            #expect(visible.map(\.epoch) == [1, 2, 3] && visible.map(\.attempt) == [1, 1, 2])
            #expect(try snapshot.epochRecords(of: Documents.session, latest: 2).map(\.epoch) == [2, 3])
            #expect(
                try snapshot.epochRecords(of: Documents.session, allAttempts: true).map(\.epoch) == [1, 2, 3, 4, 3])
            let history = try snapshot.history(MetricHistoryQuery(session: Documents.session, metric: "m", axis: nil))
            #expect(history.epochs == [1, 2, 3] && history.values == [1, 2, 30] && history.attempts == [1, 1, 2])
        }
    }

    @Test("Names, tags, notes, parameters, facts and results are those of the last event")
    func edits() throws {
        var script = try EventScript.running()
        try script.append(.renamed(.with { $0.name = "second" }))
        try script.append(.tagged(.with { $0.tags = ["x"] }))
        try script.append(.noted(.with { $0.notes = "n" }))
        try script.append(.paramsSet(.with { $0.params = [.number("p", 1), .text("q", "t")] }))
        try script.append(.paramsSet(.with { $0.params = [.number("p", 2)] }))
        try script.append(
            .provenanceRecorded(
                .with {
                    $0.attempt = 1; $0.facts = [.text("git", "a"), .text("b", "c")]
                }))
        try script.append(
            .provenanceRecorded(
                .with {
                    $0.attempt = 1; $0.facts = [.text("git", "d")]
                }))
        try script.append(
            .resultReported(
                .with {
                    $0.name = "early"; $0.value = 1
                }))
        try script.append(.stopped(.with { $0.attempt = 1 }))
        try script.append(
            .resultReported(
                .with {
                    $0.name = "late"; $0.value = 2; $0.step = 9
                }))
        let session = try Documents(script).session()
        #expect(session.name == "second" && session.tags == ["x"] && session.notes == "n")
        #expect(session.params == [.number("p", 2), .text("q", "t")])
        #expect(session.provenance.map(\.fact) == [.text("b", "c"), .text("git", "d")])
        #expect(session.results.map(\.name) == ["early", "late"] && session.results.map(\.late) == [false, true])
        #expect(session.results[1].step == 9 && !session.results[0].hasStep)
    }

    @Test("The queue is in the order of the log, and the session started last is known")
    func queue() throws {
        var script = EventScript()
        for id in ["sess_a", "sess_b", "sess_c"] { try script.append(.created(SessionCreated()), to: id) }
        for id in ["sess_c", "sess_a", "sess_b"] { try script.append(.startRequested(StartRequested()), to: id) }
        try script.append(.attemptClaimed(.with { $0.attempt = 1 }), to: "sess_a")
        try Documents(script).models.read { snapshot throws in
            #expect(try snapshot.queue().map(\.text) == ["sess_c", "sess_b"])
            #expect(try snapshot.latestStartedSession()?.sessionID == "sess_b")
            #expect(try snapshot.statusCounts()[.queued] == 2); #expect(try snapshot.statusCounts()[.running] == 1)
            #expect(try snapshot.queuePlaces(of: [snapshot.session(Session.ID("sess_b")!)!]) == ["sess_b": 2])
        }
        try Documents(script).models.read(asOf: LogPosition(4)) { snapshot throws in
            #expect(try snapshot.latestStartedSession()?.sessionID == "sess_c")
            #expect(try snapshot.queue().map(\.text) == ["sess_c"])
        }
    }
}
