import EventLog
import Foundation
import StoreTesting
import TestSupport
import Testing
import Tracking
import Transparency
import crash_child

/// A process is killed while it appends; whoever opens its log finds what was acknowledged, whole.
@Suite struct CrashTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// Where a child ends.
    struct Death: Sendable, CustomTestStringConvertible {
        let point: FailurePoint
        let times: Int

        var testDescription: String { "\(point.rawValue), time \(times)" }

        static let all: [Death] = FailurePoint.allCases.flatMap { point -> [Death] in
            switch point {
            case .logMade, .logRenamed: [Death(point: point, times: 1)]
            // Reached by redactions and compactions only.
            case .redactionPut, .compactedCopied, .compactedVerified, .journalRemoved, .compactedRenamed: []
            default: [1, 2, 9].map { Death(point: point, times: $0) }
            }
        }
    }

    /// What the child said was on disk.
    private struct Acknowledgement: Hashable {
        let producer: Int
        let index: Int
        let first: LogPosition
        let count: Int
    }

    /// A child that is not running yet. Its program stands beside the tests' own.
    private func child(_ point: String, _ times: Int) throws -> Process {
        let child = Process()
        let ownPath = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        child.executableURL = URL(fileURLWithPath: ownPath).deletingLastPathComponent()
            .appendingPathComponent("crash-child")
        child.arguments = [folder.path, point, "\(times)"]
        return child
    }

    /// Runs a child, kills it after `lineCount` lines if it still lives, and returns what it acknowledged.
    private func run(_ point: String, _ times: Int, killAfter lineCount: Int = .max) throws -> [Acknowledgement] {
        let child = try child(point, times)
        let pipe = Pipe()
        child.standardOutput = pipe
        try child.run()
        var output = Data()
        var isKilled = false
        while case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
            output += data
            if !isKilled, output.count(where: { $0 == 10 }) >= lineCount {
                kill(child.processIdentifier, SIGKILL)
                isKilled = true
            }
        }
        child.waitUntilExit()
        // The last line may be cut.
        let lines = output.prefix(upTo: output.lastIndex(of: 10) ?? output.startIndex).split(separator: 10)
        return lines.compactMap { line in
            let fields = String(decoding: line, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
            guard fields.count == 4 else { return nil }
            return Acknowledgement(
                producer: fields[0], index: fields[1], first: LogPosition(UInt64(fields[2])), count: fields[3])
        }
    }

    /// Opens the log that a killed process left and checks it.
    private func check(holds acknowledged: [Acknowledgement]) async throws {
        let directory = try DataDirectory(path: folder.path, address: "the parent")
        let store = try LMDBEventStore(in: directory, options: .forTests)
        let verification = try store.verify()
        #expect(UInt64(verification.recordCount) == store.head.rawValue)
        #expect(try store.frontier().size == store.head.rawValue)
        for acknowledgement in acknowledged {
            let event = try await store.event(at: acknowledgement.first)
            #expect(event?.causation?.text == "command \(acknowledgement.producer) \(acknowledgement.index)")
        }
        var found = 0
        for producer in 0..<CrashWorkload.producerCount {
            let stream = CrashWorkload.stream(of: producer)
            let events = try await store.allEvents(in: stream)
            let requests = (0..<CrashWorkload.commandCount).map { CrashWorkload.request(of: producer, at: $0) }
            let sent = requests.flatMap(\.events).map(\.payload)
            #expect(
                events.map(\.payload) == Array(sent.prefix(events.count)), "the stream is a prefix of what was sent")
            #expect(events.map(\.version.rawValue) == events.indices.map { UInt64($0) + 1 })
            // Commands are written whole.
            var count = 0
            let commandCount = requests.prefix { request in
                guard count + request.events.count <= events.count else { return false }
                count += request.events.count
                return true
            }.count
            #expect(count == events.count)
            #expect(acknowledged.filter { $0.producer == producer }.allSatisfy { $0.index < commandCount })
            found += count
            let head = store.head
            for request in requests.prefix(commandCount) {
                let result = try await store.append(request)
                #expect(result.isRepeat && result.count == request.events.count)
            }
            #expect(store.head == head, "the same commands change nothing")
        }
        #expect(UInt64(found) == store.head.rawValue)
        var sessions: [LogPosition] = []
        var position = LogPosition.start
        while position < store.head {
            let batch = try await store.events(after: position, limit: 7, matching: .categories([.session]))
            sessions += batch.events.map(\.position)
            position = batch.through
        }
        let everything = try await store.events(after: .start, limit: ReadLimit(byteCount: .max)).events
        #expect(sessions == everything.filter { $0.stream.category == .session }.map(\.position))
        await store.close()
        directory.unlock()
    }

    @Test(
        "a process killed at a failure point leaves a whole log, and the next one goes on to the end",
        arguments: Death.all)
    func failurePoints(death: Death) async throws {
        let acknowledged = try run(death.point.rawValue, death.times)
        #expect(acknowledged.count < CrashWorkload.producerCount * CrashWorkload.commandCount)
        try await check(holds: acknowledged)
        let rest = try run("none", 1)
        #expect(rest.count == CrashWorkload.producerCount * CrashWorkload.commandCount)
        #expect(Set(rest).isSuperset(of: acknowledged), "a repeat gets its first place again")
        try await check(holds: rest)
    }

    @Test("a process killed at any moment, again and again, leaves a whole log", arguments: 0..<6 as Range<UInt64>)
    func randomMoments(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var acknowledged: Set<Acknowledgement> = []
        for _ in 0..<4 {
            let lineCount = acknowledged.count + Int.random(in: 1...25, using: &random)
            acknowledged.formUnion(try run("none", 1, killAfter: lineCount))
            try await check(holds: Array(acknowledged))
        }
    }

    @Test(
        "a log that an earlier release wrote, or went on with, gets its index and tree however often it is killed",
        arguments: [.indexPut, .beforeCommit, .afterCommit] as [FailurePoint], 1...3)
    func completion(point: FailurePoint, times: Int) async throws {
        let all = try run("none", 1)
        let middle = all[all.count / 2]
        for position in [.start, LogPosition(middle.first.rawValue + UInt64(middle.count) - 1)] {
            try LogSurgery.forgetCategories(in: folder.path, after: position)
            let tree = try LogSurgery.tree(ofRecordsIn: folder.path, size: position.rawValue)
            try LogSurgery.putTree(position == .start ? nil : tree.encoded, in: folder.path)
            #expect(try run(point.rawValue, times).isEmpty, "it dies before it appends")
            _ = try run(point.rawValue, times)
            try await check(holds: all)
        }
    }

    @Test("while a process has the data directory another is refused")
    func secondProcess() throws {
        let directory = try DataDirectory(path: folder.path, address: "the parent")
        let child = try child("none", 1)
        let pipe = Pipe()
        child.standardOutput = FileHandle.nullDevice
        child.standardError = pipe
        try child.run()
        let message = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        child.waitUntilExit()
        #expect(child.terminationStatus == 1)
        #expect(message.contains("the parent (process \(getpid()))"))
        directory.unlock()
    }
}
