import API
import Testing
import Tracking
import Trainer

@Suite("Lines of metrics")
struct MetricLineTests {
    private struct Reading: Equatable {
        let line: MetricLine?
        let kinds: [MetricLineFault.Kind]

        init(_ line: MetricLine?, _ kinds: [MetricLineFault.Kind]) {
            (self.line, self.kinds) = (line, kinds)
        }
    }

    private func read(_ text: String) -> Reading {
        let (line, faults) = MetricLine.read(OutputText(text))
        return Reading(line, faults.map(\.kind))
    }

    private func values(_ pairs: [(String, Double)]) -> [MetricValue] {
        pairs.map { MetricValue(name: $0.0, value: $0.1) }
    }

    @Test("JSON objects with an epoch or a step and numbers are metrics")
    func metrics() {
        #expect(
            read(#"{"epoch": 3, "step": 30, "loss": 0.5, "note": "x", "ok": true, "none": null}"#)
                == Reading(.epoch(3, step: 30, metrics: values([("loss", 0.5)])), []))
        #expect(read(#" {"step": 7, "loss": 1}"#) == Reading(.step(7, metrics: values([("loss", 1)])), []))
        #expect(
            read(#"{"epoch": 1.0, "a": Infinity}"#)
                == Reading(.epoch(1, step: nil, metrics: values([("a", .infinity)])), []))
        #expect(
            read("\u{FEFF}{\"epoch\": 1, \"a\": 1}") == Reading(.epoch(1, step: nil, metrics: values([("a", 1)])), []))
        guard case .epoch(2, nil, let metrics)? = read(#"{"epoch": 2, "a": NaN, "b": "NaN"}"#).line else {
            Issue.record("NaN is a value")
            return
        }
        #expect(metrics.map(\.name) == ["a", "b"])
        #expect(metrics.allSatisfy { $0.value.isNaN })
    }

    @Test("other lines are for the log", arguments: ["", "hello", "[1]", "{}", #"{"epoch": 1}"#, #"{"note": "x"}"#])
    func other(line: String) {
        #expect(read(line) == Reading(nil, []))
    }

    @Test(
        "a line that was meant as metrics and is none says what is wrong",
        arguments: [
            ("{", MetricLineFault.Kind.notJSON), (#"{'epoch': 1, 'loss': 1}"#, .notJSON),
            (#"{"epoch": 1, "loss": 1} x"#, .notJSON), (#"{"loss": 1}"#, .noPlace),
            (#"{"epoch": null, "a": 1}"#, .noPlace),
            (#"{"epoch": 0, "loss": 1}"#, .epoch), (#"{"epoch": 1.5, "loss": 1}"#, .epoch),
            (#"{"epoch": "1", "loss": 1}"#, .epoch), (#"{"epoch": 1e999, "loss": 1}"#, .epoch),
            (#"{"epoch": {"n": 1}, "loss": 1}"#, .epoch), (#"{"step": -1, "loss": 1}"#, .step),
            (#"{"epoch": 1, "": 1}"#, .name), (#"{"epoch": 1, "train": {"loss": 1}}"#, .nested),
        ])
    func refused(line: String, kind: MetricLineFault.Kind) {
        #expect(read(line) == Reading(nil, [kind]))
    }

    @Test("what is good of a line is kept")
    func kept() {
        let loss = values([("loss", 1)])
        let long = String(repeating: "x", count: 256)
        #expect(
            read(#"{"epoch": 1, "\#(long)": 5, "a\u0007": 6, "": 7, "loss": 1}"#)
                == Reading(.epoch(1, step: nil, metrics: loss), [.name, .name, .name]))
        #expect(read(#"{"epoch": 0, "step": 4, "loss": 1}"#) == Reading(.step(4, metrics: loss), [.epoch]))
        #expect(read(#"{"epoch": 2, "step": "4", "loss": 1}"#) == Reading(.epoch(2, step: nil, metrics: loss), [.step]))
        #expect(
            read(#"{"epoch": 2, "loss": 1, "x": [1], "y": {"z": 1e999}}"#)
                == Reading(.epoch(2, step: nil, metrics: loss), [.nested, .nested]))
        #expect(
            read(#"{"epoch": 2, "loss": 3, "loss": 1}"#) == Reading(.epoch(2, step: nil, metrics: loss), [.repeated]))
    }

    @Test("a number that no double holds is infinite, as Python reads it, and that is said")
    func huge() {
        #expect(
            read(#"{"epoch": 1, "a": 1e999, "b": -1e999, "c": 2}"#)
                == Reading(
                    .epoch(1, step: nil, metrics: values([("a", .infinity), ("b", -.infinity), ("c", 2)])),
                    [.huge, .huge]
                )
        )
    }

    @Test("two spellings of one name, composed and decomposed, are one metric, and its epoch is not lost")
    func spellings() {
        #expect(
            read("{\"epoch\": 1, \"perte_\u{E9}\": 1, \"perte_e\u{301}\": 2, \"a\": 3}")
                == Reading(.epoch(1, step: nil, metrics: values([("perte_\u{E9}", 2), ("a", 3)])), [.spelledTwice]))
    }

    @Test("a record has as many metrics as a report may have")
    func many() {
        let members = (0...10_000).map { "\"m\($0)\": \($0)" }.joined(separator: ", ")
        let reading = read("{\"step\": 1, \(members)}")
        guard case .step(1, let metrics)? = reading.line else {
            Issue.record("the line is not read")
            return
        }
        #expect(metrics.count == 10_000)
        #expect(reading.kinds == [.tooMany])
    }

    @Test("a fault is told with the line's beginning, what became of it and what is right")
    func words() {
        let line = #"{"epoch": 0, "loss": 0.5, "note": ""# + String(repeating: "x", count: 500) + "\"}"
        #expect(
            MetricLine.read(OutputText(line)).faults.map(\.message) == [
                #"The line '{"epoch": 0, "loss": 0.5, "note": ""# + String(repeating: "x", count: 45)
                    + "…' has the epoch 0, which must be a whole number from 1. It is a line of the log only. "
                    + "Count epochs from 1."
            ])
    }

    @Test("a line of metrics may be as long as a report, and the log's line is cut")
    func length() {
        let (count, name) = (OutputText.maximumByteCount, "{\"epoch\": 1, \"loss\": 2, \"note\": \"")
        var splitter = OutputSplitter(readsMetrics: true)
        let long = name + String(repeating: "x", count: 3 * count) + "\"}"
        let lines = splitter.take((long + "\nnext\n").utf8, at: .zero)
        #expect(lines == [OutputText(long), OutputText("next")])
        #expect(read(long) == Reading(.epoch(1, step: nil, metrics: values([("loss", 2)])), []))
        #expect(lines[0].logged.hasSuffix(" … (\(long.utf8.count - count) bytes left out)"))
        // Other lines are cut as ever.
        let text = splitter.take((String(repeating: "x", count: 2 * count) + "\n").utf8, at: .zero)
        #expect(text == [OutputText(String(repeating: "x", count: count), omittedByteCount: count)])
    }

    @Test("a line that is longer than any report is cut and told")
    func tooLong() {
        let head = Array(#"{"epoch": 1, "note": ""#.utf8)
        let bytes = head + [UInt8](repeating: 0x78, count: MetricLine.maximumByteCount) + Array("\"}\n".utf8)
        var splitter = OutputSplitter(readsMetrics: true)
        let lines = splitter.take(bytes, at: .zero)
        #expect(lines.map(\.text.utf8.count) == [OutputText.maximumByteCount])
        #expect(lines.map(\.omittedByteCount) == [bytes.count - 1 - OutputText.maximumByteCount])
        let (line, faults) = MetricLine.read(lines[0])
        #expect(line == nil)
        #expect(faults.map(\.kind) == [.tooLong])
        #expect(faults[0].message.contains("has \(bytes.count - 1) bytes, and at most 16777216 are read"))
    }
}
