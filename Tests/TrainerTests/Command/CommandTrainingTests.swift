import Foundation
import JSON
import Processes
import Synchronization
import TestSupport
import Testing
import Tracking
import TrackingClient
import Trainer
import TrainingConfiguration

/// Real programs of /bin/sh, supervised for a server in memory.
@Suite("A program that is supervised", .serialized)
struct CommandTrainingTests {
    /// A session, the folder it runs in, and its worker.
    private struct Stage {
        let folder: TemporaryDirectory
        let service: RecordingService
        let stop = StopSignal()
        let worker: TrainWorker

        init(_ settings: JSONObject, allowed: [String] = ["/bin/sh"]) throws {
            folder = try TemporaryDirectory()
            var trainer: JSONObject = ["kind": "command", "grace_seconds": 60.0]
            for (key, value) in settings { trainer[key] = value }
            let configuration = try TrainingConfiguration(
                resolving: ConfigurationSource(["trainer": .object(trainer), "train": ["epochs": 3]]))
            service = RecordingService(
                configuration: String(decoding: configuration.canonicalBytes, as: UTF8.self), epochs: 3)
            let place = CommandPlace(
                serverURL: "http://127.0.0.1:1", processID: ProcessInfo.processInfo.processIdentifier,
                environment: ["PATH": "/usr/bin:/bin", "HIDDEN": "secret"], projectFolder: folder.path,
                sessionFolder: folder.path + "/own", temporaryFolder: folder.path,
                allowed: AllowedCommands(allowed, searchPath: "/usr/bin:/bin"))
            worker = TrainWorker(
                service, stop: stop,
                environment: WorkerEnvironment(host: "test", binary: "test", now: { Timestamp(rawValue: 1) }),
                place: place)
        }

        /// The texts of the log that came from `source`.
        func lines(_ source: String) -> [String] {
            service.state.withLock { state in
                state.telemetry.flatMap { event in
                    guard case .linesLogged(let report) = event else { return [String]() }
                    return report.lines.filter { $0.source == source }.map(\.text)
                }
            }
        }

        /// Returns once the program has written `line`.
        func waitUntilWritten(_ line: String) async {
            while !lines("stdout").contains(line) { await Task.yield() }
        }
    }

    private static func shell(_ script: String) -> JSONValue { ["/bin/sh", "-c", .string(script)] }

    @Test("exit code 0 completes the session, with all lines of both outputs in the log")
    func completed() async throws {
        let stage = try Stage(["command": Self.shell("echo one; echo two >&2; printf three; echo $HIDDEN")])
        #expect(try await stage.worker.run() == .completed)
        #expect(stage.lines("stdout") == ["one", "three"])
        #expect(stage.lines("stderr") == ["two"])
        #expect(stage.service.status == .completed)
        #expect(
            stage.service.events.contains { event in
                guard case .provenanceRecorded(let facts) = event else { return false }
                return facts.facts.contains { $0.name == "program" && $0.text == "/bin/sh" }
            })
    }

    @Test("metric lines begin the attempt and complete its epochs; what is out of order is told")
    func metrics() async throws {
        let script = #"for e in 1 2 3 2; do echo "{\"epoch\": $e, \"step\": ${e}0, \"loss\": NaN}"; done; echo end"#
        let stage = try Stage(["command": Self.shell(script), "metrics": "json_lines"])
        #expect(try await stage.worker.run() == .completed)
        let epochs = stage.service.events.compactMap { event -> [UInt64]? in
            if case .attemptStarted(let started) = event { return [UInt64(started.firstEpoch), started.firstStep] }
            if case .epochCompleted(let epoch) = event { return [UInt64(epoch.epoch), epoch.step] }
            return nil
        }
        #expect(epochs == [[1, 1], [1, 10], [2, 20], [3, 30]])
        #expect(stage.lines("stdout") == ["end"])
        #expect(stage.lines("log").contains { $0.hasPrefix("Epoch 2 was not recorded") })
    }

    @Test("of a line with a fault what is good is recorded, and each kind of fault is told once, in the log")
    func faultyLines() async throws {
        let script = #"""
            printf '{"epoch": 0, "loss": 9}\n{"epoch": 0, "loss": 8}\n'
            printf '\357\273\277{"epoch": 1, "loss": 1e999, "bad\\u0007": 1, "p\303\251": 2, "pe\314\201": 3}\n'
            printf '{"epoch": 2, "loss": 1, "bad\\u0007": 1}\n{"epoch": 3, "loss": 2, "note": "'
            head -c 100000 /dev/zero | tr '\0' x; printf '"}\n{"epoch": 3, "loss": '
            """#
        let stage = try Stage(["command": Self.shell(script), "metrics": "json_lines"])
        #expect(try await stage.worker.run() == .completed)
        let epochs = stage.service.events.compactMap { event -> [Double]? in
            guard case .epochCompleted(let epoch) = event else { return nil }
            return [Double(epoch.epoch)] + epoch.metrics.map(\.value)
        }
        #expect(epochs == [[1, .infinity, 3], [2, 1], [3, 2]])
        #expect(
            stage.lines("stdout") == [
                #"{"epoch": 0, "loss": 9}"#, #"{"epoch": 0, "loss": 8}"#, #"{"epoch": 3, "loss": "#,
            ])
        let told = stage.lines("log").filter { $0.hasPrefix("The line") }
        #expect(told.count == 5)
        for (line, words) in zip(
            told,
            ["has the epoch 0,", "has 1e999 as 'loss'", "its name has control", "in two spellings", "and is none:"])
        {
            #expect(line.contains(words))
            #expect(line.hasSuffix("Further lines with this fault are not reported."))
        }
    }

    @Test("another exit code ends the attempt without a word to the session, and tells the last lines")
    func lost() async throws {
        let stage = try Stage(["command": Self.shell("echo no data >&2; exit 3")])
        let error = await #expect(throws: TrainerError.self) { try await stage.worker.run() }
        #expect(error?.code == .programFailed)
        #expect(error?.message == "sh ended with exit code 3: no data")
        #expect(stage.service.status == .running)
    }

    @Test("a stop ends the program, which may say good-bye")
    func stopped() async throws {
        let stage = try Stage(
            ["command": Self.shell("trap 'echo bye; exit 1' TERM; echo ready; while :; do sleep 0.01; done")])
        async let outcome = stage.worker.run()
        await stage.waitUntilWritten("ready")
        stage.stop.raise()
        #expect(try await outcome == .stopped)
        #expect(stage.lines("stdout") == ["ready", "bye"])
    }

    @Test("what does not obey is killed, and what it forked too")
    func killed() async throws {
        let script = "trap '' TERM; setsid sh -c 'while :; do sleep 1; done' & echo ready; while :; do sleep 1; done"
        let stage = try Stage(["command": Self.shell(script), "grace_seconds": 0.1])
        async let outcome = stage.worker.run()
        await stage.waitUntilWritten("ready")
        stage.stop.raise()
        #expect(try await outcome == .stopped)
        let mark = ProcessMark(
            session: stage.service.sessionID, supervisor: ProcessInfo.processInfo.processIdentifier)
        #expect(mark.processes() == [])
        #expect(
            stage.service.events.contains { event in
                guard case .stopped(let stopped) = event else { return false }
                return stopped.message.contains("was killed")
            })
    }

    @Test(
        "a program that may not be started fails the session and leaves no trace", arguments: ["touch", "/bin/touch"])
    func refused(program: String) async throws {
        let stage = try Stage(["command": [.string(program), "trace"]])
        guard case .failed(let message) = try await stage.worker.run() else {
            Issue.record("it did not fail")
            return
        }
        #expect(message.contains("allowed_commands"))
        #expect(!FileManager.default.fileExists(atPath: stage.folder.path + "/own/trace"))
        #expect(stage.service.status == .failed)
    }

    @Test("a program whose server has gone for good does not live on")
    func abandoned() async throws {
        let stage = try Stage([
            "command": Self.shell("echo '{\"epoch\": 1, \"loss\": 1}'; while :; do sleep 1; done"),
            "metrics": "json_lines",
        ])
        // The calls before the epoch's report: claim, events, provenance, start.
        stage.service.breakConnection(at: .init(call: 5, isAfter: false))
        let error = await #expect(throws: TrainerError.self) { try await stage.worker.run() }
        #expect(error?.code == .unreachable)
        let mark = ProcessMark(
            session: stage.service.sessionID, supervisor: ProcessInfo.processInfo.processIdentifier)
        #expect(mark.processes() == [])
    }
}
