import ReadModels
import TestSupport
import Testing
import Tracking

/// Every past position can be asked for.
struct AsOfTests {
    @Test("As of a position, every query answers what it answered when the log ended there", arguments: 0..<4)
    func prefixes(seed: UInt64) throws {
        let events = try RandomLog.events(seed: 100 + seed, count: 260)
        let wholeFolder = try TemporaryDirectory(isInMemory: true)
        let full = try ReadModels(folder: wholeFolder.path)
        try full.apply(events)
        let growingFolder = try TemporaryDirectory(isInMemory: true)
        let growing = try ReadModels(folder: growingFolder.path)
        for event in events {
            let position = try growing.apply([event])
            guard position.rawValue % 5 == 0 || position.rawValue > 250 else { continue }
            let then = try Everything.text(of: growing).split(separator: "\n")
            let now = try Everything.text(of: full, asOf: position).split(separator: "\n")
            #expect(then.count == now.count)
            guard let (before, after) = zip(then, now).first(where: { $0 != $1 }) else { continue }
            Issue.record("As of \(position) it is\n\(after)\nand was\n\(before)")
            return
        }
    }

    @Test("A position after the documents' is refused")
    func notReached() throws {
        let folder = try TemporaryDirectory(isInMemory: true)
        let models = try ReadModels(folder: folder.path)
        try models.apply(try RandomLog.events(seed: 1, count: 10))
        #expect(throws: ReadModelError.self) { try models.read(asOf: LogPosition(1000)) { _ in } }
    }
}
