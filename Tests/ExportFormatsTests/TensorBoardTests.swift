import ExportFormats
import Foundation
import JSON
import TestSupport
import Testing
import Tracking

/// What TensorBoard reads; that it does read it is tried with TensorBoard itself, by `tools/exports/run`.
@Suite("Runs of TensorBoard")
struct TensorBoardTests {
    private static let time = Timestamp(rawValue: 1_700_000_000_250_000)

    private static func points(_ values: [Double], steps: [Int64]? = nil, attempts: [UInt32]? = nil) -> MetricHistory {
        var points = MetricHistory(axis: .step)
        points.values = values
        points.steps = steps ?? values.indices.map { Int64($0) * 100 }
        points.times = values.indices.map { 1_700_000_000_500_000 + Int64($0) }
        points.attempts = attempts ?? values.map { _ in 1 }
        return points
    }

    /// The data of each record, whose checksums are right.
    static func records(_ bytes: [UInt8]) throws -> [[UInt8]] {
        var records: [[UInt8]] = []
        var place = 0
        while place < bytes.count {
            let length = Int(bytes[place..<place + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
            let data = Array(bytes[place + 12..<place + 12 + length])
            var again: [UInt8] = []
            EventRecords.append(data, to: &again)
            #expect(Array(bytes[place..<place + again.count]) == again)
            records.append(data)
            place += again.count
        }
        return records
    }

    @Test("an event file of every kind of record has the bytes it always had")
    func golden() throws {
        var facts = RunFacts(id: "sess_0123456789abcdef", name: "größe", status: "completed", createdAt: Self.time)
        facts.endedAt = Timestamp(rawValue: 1_700_000_100_000_000)
        facts.params = ["lr": 0.1, "layers": 5, "optimizer": "adam", "amp": true]
        facts.configuration = ["train": ["epochs": 2]]
        facts.notes = "Two *lines*\nof notes"
        facts.tags = ["a", "b"]
        facts.checkpoints = [
            RunFacts.Checkpoint(
                id: "ckpt_1", epoch: 1, step: 10, time: Self.time, byteCount: 1000, digest: "sha256:00", link: "/c/1")
        ]
        var encoder = EventEncoder(startingAt: Self.time)
        encoder.append(facts)
        for checkpoint in facts.checkpoints { encoder.append(checkpoint) }
        encoder.append(hyperparametersOf: facts)
        encoder.append(endOf: facts)
        let points = Self.points([0.1, .nan, .infinity, -.infinity, -0.0, 5e-324])
        encoder.append(scalar: "lößs", steps: points.steps[...], times: points.times[...], values: points.values[...])
        encoder.append(histogram: [0, 0.5, 1], counts: [3, 4], tag: "weights", step: 3, time: Self.time)
        encoder.append(pictures: [[1, 2], [3]], width: 4, height: 5, tag: "picture", step: 3, time: Self.time)
        encoder.restart(at: 300, time: Self.time)
        let bytes = encoder.take()
        _ = try Self.records(bytes)
        try Golden.expect(bytes, named: "run.tfevents")
    }

    @Test("points come out the same in pieces of any size, and a series is described once in a file")
    func pieces() throws {
        let points = Self.points((0..<100).map { Double($0) / 7 }, steps: (0..<100).map { $0 * $0 * $0 })
        var whole = EventEncoder(startingAt: Self.time)
        whole.append(scalar: "a", steps: points.steps[...], times: points.times[...], values: points.values[...])
        for size in [1, 3, 50] {
            var parted = EventEncoder(startingAt: Self.time)
            var bytes: [UInt8] = []
            for start in stride(from: 0, to: 100, by: size) {
                let range = start..<min(start + size, 100)
                parted.append(
                    scalar: "a", steps: points.steps[range], times: points.times[range], values: points.values[range])
                bytes += parted.take()
            }
            #expect(bytes == whole.bytes)
        }
        let described = try Self.records(whole.bytes).filter { String(decoding: $0, as: UTF8.self).contains("scalars") }
        #expect(described.count == 1)
    }

    @Test("as numbers of 32 bits the records are the smaller ones that other programs read")
    func single() throws {
        var encoder = EventEncoder(startingAt: Self.time, isSingle: true)
        let points = Self.points([0.1, 0.2])
        encoder.append(scalar: "a", steps: points.steps[...], times: points.times[...], values: points.values[...])
        let last = try #require(try Self.records(encoder.bytes).last)
        #expect(last.suffix(5) == [0x15] + withUnsafeBytes(of: Float(0.2).bitPattern.littleEndian) { Array($0) })
    }

    @Test("epochs have a run of their own, and with all attempts each attempt has its runs")
    func runs() {
        let steps = Self.points([1, 2, 3, 4], attempts: [1, 1, 2, 2])
        var epochs = steps
        epochs.axis = .epoch
        epochs.epochs = [1, 2, 2, 3]
        let file = RunName.eventFile(startingAt: 1_700_000_000, id: "sess_x")
        #expect(file == "events.out.tfevents.1700000000.pivot.sess_x.0000")
        var runs = SessionRuns(id: "sess_x", createdAt: Self.time, allAttempts: false)
        runs.append(steps, of: "loss")
        runs.append(epochs, of: "loss")
        #expect(runs.take().map(\.path) == [file, "epochs/" + file])
        var all = SessionRuns(id: "sess_x", createdAt: Self.time, allAttempts: true)
        all.append(steps, of: "loss")
        all.append(epochs, of: "loss")
        #expect(
            all.take().map(\.path)
                == ["attempt-1", "attempt-1/epochs", "attempt-2", "attempt-2/epochs"].map {
                    $0 + "/" + file
                })
    }

    @Test(
        "a session's folder is its name as far as folders can be called so, and the end of its id",
        arguments: [
            ("mein lauf/№ 7: größe", "mein_lauf_7_größe-89abcdef"), ("", "89abcdef"), ("../..", "89abcdef"),
            ("学習", "学習-89abcdef"),
            (String(repeating: "ü", count: 200), String(repeating: "ü", count: 60) + "-89abcdef"),
        ])
    func folders(name: String, folder: String) {
        #expect(RunName.folder(name: name, id: "sess_0123456789abcdef") == folder)
    }

    @Test("what the Python client logs is shown, and what is not of its kind is not")
    func artifacts() throws {
        var encoder = EventEncoder(startingAt: Self.time)
        func shown(_ kind: String, _ type: String) -> ShownArtifact? {
            ShownArtifact(kind: kind, contentType: type, key: "k", path: "p", step: 4, time: Self.time)
        }
        let histogram = try #require(shown("histogram", "application/json"))
        func isAdded(_ artifact: ShownArtifact, _ content: String) -> Bool {
            encoder.append(artifact, [Array(content.utf8)])
        }
        #expect(isAdded(histogram, #"{"format":"pivot.histogram","version":1,"edges":[0,1.5],"counts":[2]}"#))
        #expect(!isAdded(histogram, "{"))
        #expect(!isAdded(histogram, #"{"format":"pivot.histogram","edges":[0],"counts":[2]}"#))
        let table = try #require(shown("table", "application/json"))
        let columns = #"{"format":"pivot.table","row_count":1,"columns":[{"name":"a|b","type":"text","values":["x"]}]}"#
        #expect(isAdded(table, columns))
        let picture = try #require(shown("image", "image/png"))
        #expect(!isAdded(picture, "no picture at all, whatever it says"))
        #expect(shown("file", "text/plain") == nil)
        #expect(shown("figure", "image/svg+xml") == nil)
        let text = String(decoding: encoder.bytes, as: UTF8.self)
        #expect(text.contains("| a\\|b |\n|---|\n| x |"))
    }
}
