import API
import JSON
import Testing
import Tracking
import TrackingClient
import pivot

@Suite struct TrainingProgressTests {
    private func session(_ status: Session.Status = .queued, trainer: String = "synthetic") -> SessionInfo {
        var session = SessionInfo()
        session.summary.id = "sess_1"
        session.summary.name = "one"
        session.summary.status = status
        session.summary.totalEpochs = 10
        session.summary.monitor = "val_froc"
        session.summary.trainer = trainer
        return session
    }

    private func fresh(_ status: Session.Status = .queued) -> TrainingProgress {
        TrainingProgress(session: session(status))
    }

    private func frame(_ json: String) throws -> TrainingProgress.Input {
        .frame(try FeedMessage(try JSONValue.parse(Array(json.utf8)), strictly: false))
    }

    private func status(
        _ status: Session.Status, epoch: Int = 0, progress: Double = 0, queuePosition: Int? = nil,
        secondsLeft: Double? = nil
    ) -> TrainingProgress.Input {
        var info = SessionStatusInfo()
        info.id = "sess_1"
        info.status = status
        info.currentEpoch = epoch
        info.totalEpochs = 10
        info.progress = progress
        info.queuePosition = queuePosition
        info.secondsLeft = secondsLeft
        return .status(info)
    }

    private let epoch = """
        {"type":"epoch_complete","position":9,"epoch":3,"metrics":
         {"val_froc":0.71,"zeta":1,"learning_rate":0.001,"val_loss":"NaN","train_loss":0.4123,"epoch_seconds":12.84}}
        """

    @Test("Of a built-in trainer's log the warnings are printed, and nothing else")
    func warnings() throws {
        var progress = fresh()
        let lines =
            #"{"type":"log","position":9,"lines":[{"text":"a","level":"info"},{"text":"b","level":"warning"},{"text":"c"}]}"#
        #expect(progress.take(try frame(lines)) == [.print("warning: b")])
    }

    @Test("The lines of a program's log are printed, without what would move the cursor")
    func logLines() throws {
        var progress = TrainingProgress(session: session(trainer: "command"))
        let lines = #"{"type":"log","position":9,"lines":[{"text":"one"},{"text":"\u001b[2Jtwo"}]}"#
        let actions = progress.take(try frame(lines))
        #expect(actions.first == .print("one"))
        #expect(actions.count == 2)
        guard case .print(let second) = actions[1] else {
            Issue.record("\(actions[1])")
            return
        }
        #expect(!second.contains("\u{1B}"))
        #expect(second.hasSuffix("two"))
    }

    @Test("An epoch is printed once, with the metrics that matter")
    func epochs() throws {
        var progress = fresh()
        let line = "epoch  3/10  train_loss 0.4123  val_loss NaN  val_froc 0.7100  learning_rate 0.001000  13 s"
        #expect(progress.take(try frame(epoch)) == [.print(line)])
        #expect(progress.take(try frame(epoch)) == [])
        #expect(progress.share == 0.3)
    }

    @Test("A trainer without the usual metrics shows its first four")
    func otherMetrics() {
        let metrics = "abcdef".map { MetricValue(name: String($0), value: 1) }
        #expect(TrainingProgress.headlines(metrics, monitor: nil).map(\.name) == ["a", "b", "c", "d"])
        #expect(TrainingProgress.headlines(metrics, monitor: "f").map(\.name) == ["f"])
    }

    @Test("The last frames end it, and an ending among the statuses is looked up first")
    func ends() throws {
        var progress = fresh()
        #expect(progress.take(try frame(#"{"type":"status","status":"stopped","position":3}"#)) == [.checkStatus])
        #expect(progress.take(status(.queued, queuePosition: 2)) == [.print("queued")])
        #expect(progress.statusLine(width: 80) == "queued, place 2: the training starts when a slot is free")
        #expect(progress.take(status(.stopped, epoch: 2)) == [.finish(.stopped)])
        #expect(progress.take(try frame(#"{"type":"training_complete","final_metrics":{}}"#)) == [.finish(.completed)])
        #expect(progress.take(try frame(#"{"type":"error","message":"x"}"#)) == [.finish(.failed)])
    }

    @Test("A change of status is said once")
    func announcements() throws {
        var progress = fresh()
        #expect(
            progress.take(try frame(#"{"type":"status","status":"running","total_epochs":12}"#)) == [.print("running")])
        #expect(progress.totalEpochs == 12)
        #expect(progress.take(status(.running, epoch: 1, progress: 0.15)) == [])
        #expect(progress.take(status(.stopping, epoch: 1, progress: 0.15)) == [.print("stopping")])
        #expect(progress.statusLine(width: 80) == "stopping: saving a checkpoint")
    }

    @Test("An alert is told when it is raised and when it is over, and nothing else of it")
    func alerts() throws {
        var progress = fresh(.running)
        let raised = #"""
            {"type":"alert","position":9,"alert_id":"alert_8_0123456789abcdef","status":"active","rule_name":"The loss is NaN",
             "severity":"high","message":"train_loss is NaN\u001b[2J","metric":"train_loss","value":"NaN"}
            """#
        #expect(
            progress.take(try frame(raised))
                == [.alert("alert (high): The loss is NaN: train_loss is NaN [2J", severity: "high")])
        func change(_ status: String, _ more: String = "") throws -> TrainingProgress.Input {
            try frame(#"{"type":"alert","alert_id":"alert_8_0123456789abcdef","status":"\#(status)"\#(more)}"#)
        }
        #expect(progress.take(try change("acknowledged")) == [])
        let over = try change("resolved", #","resolution":"recovered""#)
        #expect(
            progress.take(over) == [.alert("alert over: The loss is NaN (train_loss), recovered", severity: nil)])
        #expect(progress.take(over) == [])
    }

    @Test("A feed that was merely closed is not worth a word, and an outage is told once")
    func interruptions() throws {
        var progress = fresh(.running)
        #expect(progress.take(.interrupted(ClientError(.interrupted, "x."))) == [])
        let outage = TrainingProgress.Input.interrupted(ClientError(.unreachable, "y."))
        #expect(progress.take(outage).count == 1)
        #expect(progress.take(outage) == [])
        _ = progress.take(status(.running))
        #expect(progress.take(outage).count == 1)
    }

    @Test("The status line shows the epoch under way, its metrics and the time left")
    func statusLine() throws {
        var progress = fresh(.running)
        _ = progress.take(try frame(epoch))
        _ = progress.take(status(.running, epoch: 3, progress: 0.34, secondsLeft: 84.5))
        #expect(progress.statusLine(width: 110).hasPrefix("epoch 4/10 █"))
        #expect(
            progress.statusLine(width: 110)
                .hasSuffix(" 34 %  1 min 25 s left, val_loss NaN, val_froc 0.7100"))
        for width in 1...120 { #expect(DisplayText.width(progress.statusLine(width: width)) <= width) }
    }

    @Test("The first Ctrl-C stops the training, the second leaves")
    func interrupts() throws {
        var progress = fresh(.running)
        let first = progress.take(.interrupt)
        #expect(first.contains(.requestStop))
        #expect(!first.contains(.leave))
        #expect(progress.stopWasRequested)
        #expect(progress.take(status(.stopping)) == [])
        #expect(progress.take(.interrupt).contains(.leave))
    }

    @Test("Ctrl-C while somebody else's stop is under way leaves at once")
    func interruptWhileStopping() throws {
        var progress = fresh(.running)
        _ = progress.take(status(.stopping))
        #expect(progress.take(.interrupt).contains(.leave))
    }

    @Test("When the feed ends the status is asked for")
    func feedEnds() throws {
        var progress = fresh(.running)
        #expect(progress.take(.feedEnded(nil)) == [.checkStatus])
        #expect(progress.take(.feedEnded(ClientError(.unreachable, "x."))).last == .checkStatus)
    }
}
