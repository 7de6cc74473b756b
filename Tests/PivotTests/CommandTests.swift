import API
import ArgumentParser
import Foundation
import JSON
import TestSupport
import Testing
import Text
import Tracking
import TrackingClient
import pivot

@Suite struct CommandTests {
    @Test(
        "Errors end the process with the status the help names",
        arguments: [
            (ClientError.Code.refused(status: 404, code: "not_found"), CommandStatus.notFound),
            (.refused(status: 409, code: "wrong_status"), .failed), (.unreachable, .unreachable),
            (.invalidAddress, .usage), (.refused(status: 409, code: "not_reproducible"), .notReproducible),
            (.refused(status: 422, code: "invalid_field"), .usage), (.cancelled, .interrupted), (.timedOut, .failed),
            (.digestMismatch, .failed),
        ])
    func statuses(code: ClientError.Code, expected: CommandStatus) {
        #expect(CommandFailure(ClientError(code, "text")).status == expected)
        #expect(CommandFailure(ClientError(code, "text")).message == "text")
    }

    @Test("A metric is written name=value")
    func metricArgument() {
        #expect(MetricArgument(argument: "val_loss=0.25")?.value == MetricValue(name: "val_loss", value: 0.25))
        #expect(MetricArgument(argument: "a=b=1")?.value == MetricValue(name: "a=b", value: 1))
        #expect(MetricArgument(argument: "lr=1e-4")?.value.value == 1e-4)
        for text in ["", "a", "a=", "=1", "a=x"] { #expect(MetricArgument(argument: text) == nil) }
    }

    @Test("A duration is a number with its unit")
    func durations() {
        let known = ["30s": 30.0, "10m": 600, "2h": 7_200, "1.5h": 5_400, "1d": 86_400, "0": 0, "0s": 0]
        for (text, seconds) in known { #expect(DurationArgument(argument: text)?.seconds == seconds, "\(text)") }
        for text in ["", "s", "10", "-1s", "1w", "infs", "nans", "1 s", "10ms"] {
            #expect(DurationArgument(argument: text) == nil, "\(text)")
        }
    }

    @Test("A session is named after its file")
    func names() {
        #expect(ConfigurationOptions.baseName("configs/train.yaml") == "train")
        #expect(ConfigurationOptions.baseName("/a/b.c.json") == "b.c")
        #expect(ConfigurationOptions.baseName(".hidden") == ".hidden")
    }

    @Test("A download stays where it was asked to go, whatever name the server gives")
    func targets() throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let folder = directory.path
        func path(_ output: String?, _ name: String) throws -> String {
            try DownloadTarget.path(output: output, name: name, mayReplace: false)
        }
        #expect(try path(folder, "../../etc/passwd") == folder + "/passwd")
        #expect(try path(folder, "..") == folder + "/download")
        #expect(try path(folder, "a\\b.bin") == folder + "/b.bin")
        #expect(try path(folder + "/new.bin", "x") == folder + "/new.bin")
        #expect(try path(nil, "plots/loss-of-a-test.png") == "loss-of-a-test.png")
        try Data().write(to: URL(filePath: folder + "/there.bin"))
        #expect(throws: CommandFailure.self) { _ = try path(folder, "there.bin") }
        let replaced = try DownloadTarget.path(output: folder, name: "there.bin", mayReplace: true)
        #expect(replaced == folder + "/there.bin")
    }

    @Test("An event's line shows its scalars and the size of the rest")
    func eventSummary() {
        let data: JSONObject = ["epoch": 3, "metrics": [1, 2], "config": ["a": 1], "name": "x\u{1B}y", "ok": true]
        #expect(EventsCommand.summary(data) == "epoch 3, metrics [2], config {1}, name x y, ok true")
    }

    @Test(
        "Arguments that contradict each other are refused with the rule that they break",
        arguments: [
            (["metrics", "sess_1", "--history"], "--history needs exactly one --metric"),
            (["metrics", "sess_1", "--max-points", "5"], "--axis and --max-points need --history"),
            (["metrics", "sess_1", "--metric", "a", "--history", "--limit", "5"], "--limit is for epochs"),
            (["logs", "sess_1", "--tail", "0"], "--tail must be at least 1, not 0"),
            (["logs", "sess_1", "--rank", "-1"], "--rank must be at least 0, not -1"),
            (["logs", "sess_1", "--source", "file"], "--source must be one of stdout, stderr, log, not 'file'"),
            (["logs", "sess_1", "--contains", ""], "--contains must not be empty"),
            (["sessions", "groups"], "Missing expected argument '--by"),
            (["sessions", "groups", "--by", "tags", "--limit", "0"], "--limit must be from 1 to 1000, not 0"),
            (["sessions", "list", "--limit", "-1"], "--limit must be from 1 to 1000, not -1"),
            (["sessions", "list", "--offset", "-2"], "--offset must be at least 0, not -2"),
            (["checkpoints", "list", "--limit", "0"], "--limit must be at least 1, not 0"),
            (["metrics", "sess_1", "--limit", "-1"], "--limit must be at least 1, not -1"),
            (["events", "--limit", "-1"], "--limit must be at least 1, not -1"),
            (["serve", "--port", "-1"], "--port must be from 0 to 65535, not -1"),
            (["sessions", "list", "--limit", "-x"], "Missing value for '--limit"),
            (["events", "--stream", "all"], "--stream needs a session"),
            (
                ["export", "parquet", "sess_1", "-o", "x", "--follow"],
                "--follow is for tensorboard, and for csv and jsonl"
            ),
            (["export", "csv", "sess_1", "-o", "x", "--follow", "--wide"], "--follow is for tensorboard, and for csv"),
            (["export", "session", "sess_1", "-o", "x", "--metrics", "a"], "session takes neither"),
            (["import", "csv"], "Missing expected argument"), (["import", "session"], "Missing expected argument"),
            (["sessions", "stop", "sess_1", "--wait", "31"], "--wait must be from 0 to 30 seconds"),
            (["sessions", "resume", "sess_1", "--set", "a=1"], "--set and --name need a checkpoint"),
            (["sessions", "list", "--status", "sleeping"], "The value 'sleeping' is invalid"),
            (["sessions", "list", "--as-of", "yesterday"], "The value 'yesterday' is invalid"),
            (["logs", "s", "--follow", "--as-of", "9"], "--follow shows what comes; --as-of what was"),
            (["export", "tensorboard", "s", "-o", "d", "--as-of", "9"], "--as-of is for csv, jsonl, parquet"),
            (["alerts", "list", "--limit", "0"], "--limit must be from 1 to 1000, not 0"),
            (["alerts", "--all", "--status", "active"], "Give --all or --status, not both"),
            (["alerts", "rules", "create", "--name", "a", "--condition", "wrong"], "The value 'wrong' is invalid"),
            (
                ["alerts", "rules", "create", "--name", "a", "--condition", "less_than", "--threshold", "nan"],
                "--threshold must be a finite number"
            ),
            (
                ["alerts", "rules", "create", "--name", "a", "--condition", "no_report", "--silence", "10"],
                "The value '10' is invalid"
            ),
            (["notifications", "read"], "Name notifications, or give --all"),
            (["notifications", "clear", "notif_1", "--all"], "Name notifications, or give --all"),
            (["webhooks", "create", "https://a.example"], "Missing expected argument '--event"),
            (
                ["webhooks", "create", "https://a.example", "--event", "*", "--secret-stdin", "--generate-secret"],
                "Give --secret-stdin or --generate-secret, not both"
            ),
            (["webhooks", "update", "hook_1"], "Name what to change"),
            (["webhooks", "update", "hook_1", "--enable", "--disable"], "Give --enable or --disable, not both"),
            (
                ["checkpoints", "upload", "f", "--session", "s", "--epoch", "1", "--metric", "x"],
                "The value 'x' is invalid"
            ),
        ])
    func contradictions(arguments: [String], rule: String) throws {
        // Any error would do for an option that is misspelled here; the message tells which rule refused.
        let arguments = CommandArguments.joiningNegativeNumbers(arguments)
        let error = try #require(throws: (any Error).self) { _ = try Pivot.parseAsRoot(arguments) }
        #expect(Pivot.message(for: error).contains(rule))
        #expect(Pivot.exitCode(for: error) == .validationFailure)
    }

    @Test(
        "A word that is no command is refused with the nearest one",
        arguments: [
            (["sesions", "list"], "There is no command 'sesions'. Did you mean 'sessions'? See 'pivot --help'."),
            (["sessions", "lst"], "There is no command 'lst'. Did you mean 'list'? See 'pivot sessions --help'."),
            (["help", "trian"], "There is no command 'trian'. Did you mean 'train'? See 'pivot --help'."),
            (
                ["artifacts", "xyzzy"],
                "There is no command 'xyzzy'. Available: list, upload, download. See 'pivot artifacts --help'."
            ),
        ])
    func unknownCommands(arguments: [String], message: String) {
        let failure = CommandArguments.unknownCommand(arguments, of: Pivot.self)
        #expect(failure == CommandFailure(.usage, message))
    }

    @Test(
        "Commands and their arguments are let be",
        arguments: [
            [], ["--help"], ["--version"], ["help"], ["help", "train"], ["train", "a.yaml"], ["sessions"],
            ["alerts"], ["alerts", "--all"], ["alerts", "rules"],
            ["sessions", "list", "--tag", "x"], ["sessions", "show", "list"], ["train-worker", "sess_1"],
        ])
    func knownCommands(arguments: [String]) {
        #expect(CommandArguments.unknownCommand(arguments, of: Pivot.self) == nil)
    }

    @Test("A negative number is an option's value")
    func negativeNumbers() {
        #expect(
            CommandArguments.joiningNegativeNumbers(["--limit", "-1", "--x=3", "-2", "-v", "-3", "--", "--limit", "-4"])
                == ["--limit=-1", "--x=3", "-2", "-v", "-3", "--", "--limit", "-4"])
    }

    @Test("A session that a program must claim says how, until one has")
    func claimHint() {
        var session = SessionSummary()
        (session.id, session.trainer, session.status) = ("sess_1", "external", .queued)
        let hint = SessionPresentation.claimHint(session)
        #expect(hint?.contains("pivot_tracker.session(resume=\"sess_1\")") == true)
        #expect(hint?.contains("POST /api/v1/training/sessions/sess_1/attempts") == true)
        session.status = .running
        #expect(SessionPresentation.claimHint(session) == nil)
        (session.trainer, session.status) = ("unet3d", .queued)
        #expect(SessionPresentation.claimHint(session) == nil)
    }

    @Test("What keeps a file from being read is said in words")
    func fileFaults() throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        func fault(_ path: String) -> String {
            do {
                _ = try String(contentsOfFile: path, encoding: .utf8)
                return ""
            } catch {
                return FileFault.words(error)
            }
        }
        #expect(fault(folder.path + "/none.yaml") == "there is no such file or folder")
        #expect(fault(folder.path) == "it is a folder")
        try Data([0xFF, 0xFE, 0xFF]).write(to: URL(filePath: folder.path + "/bytes"))
        #expect(fault(folder.path + "/bytes") == "it is not text in UTF-8, or damaged")
        #expect(fault(folder.path + "/bytes/x") == "a part of the path is not a folder")
        let error = #expect(throws: (any Error).self) {
            try FileManager.default.createDirectory(atPath: folder.path + "/bytes/x", withIntermediateDirectories: true)
        }
        #expect(error.map { FileFault.words($0) } == "a part of the path is not a folder")
    }

    @Test("Arguments that fit are taken")
    func taken() throws {
        #expect(try Pivot.parseAsRoot(["train", "a.yaml", "--set", "train.epochs=2", "--detach"]) is TrainCommand)
        #expect(try Pivot.parseAsRoot(["sessions", "list", "--status", "running"]) is ListSessionsCommand)
        #expect(try Pivot.parseAsRoot(["sessions", "list", "--sort", "-metrics.a"]) is ListSessionsCommand)
        #expect(try Pivot.parseAsRoot(["sessions", "list", "--as-of", "120"]) is ListSessionsCommand)
        #expect(try Pivot.parseAsRoot(["diff", "a", "b", "--as-of", "2026-01-31T12:00:00Z"]) is DiffCommand)
        #expect(try Pivot.parseAsRoot(["checkpoints", "list", "--sort", "-epoch"]) is ListCheckpointsCommand)
        #expect(try Pivot.parseAsRoot(["alerts", "--severity", "high"]) is ListAlertsCommand)
        #expect(try Pivot.parseAsRoot(["alerts", "rules"]) is ListAlertRulesCommand)
        #expect(try Pivot.parseAsRoot(["notifications", "--unread"]) is ListNotificationsCommand)
        #expect(try Pivot.parseAsRoot(["webhooks"]) is ListWebhooksCommand)
        #expect(
            try Pivot.parseAsRoot(["metrics", "s", "--metric", "a", "--history", "--axis", "step"]) is MetricsCommand)
    }
}
