import API
import EventLog
import JSON
import REST
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

@Suite("Reading reports of step metrics")
struct MetricsScanTests {
    private func report(_ text: String) throws -> MetricsScan { try MetricsScan(json: Array(text.utf8)) }

    private func messages(_ report: MetricsScan) -> [MetricsReported] {
        report.events.compactMap { event in
            guard case .metricsReported(let message) = event else { return nil }
            return message
        }
    }

    /// The steps that deltas stand for.
    private func steps(_ series: MetricSeries) -> [Int64] {
        var sum: Int64 = 0
        return series.stepDeltas.map { delta in
            sum += delta
            return sum
        }
    }

    @Test("points become one series a metric, in the order the metrics came")
    func points() throws {
        let report = try report(
            #"""
            {"attempt": 2, "command_id": "c-1", "points": [
              {"name": "loss", "step": 3, "value": 0.5}, {"name": "acc", "step": 3, "value": 1},
              {"name": "loss", "step": 2, "value": "NaN"}, {"name": "loss", "step": 9007199254740991, "value": -Infinity}]}
            """#)
        #expect(report.commandID == "c-1")
        #expect(report.attempt == 2)
        #expect(report.pointCount == 4)
        #expect(messages(report).count == 1)
        let series = try #require(messages(report).first).series
        #expect(series.map(\.name) == ["loss", "acc"])
        #expect(steps(series[0]) == [3, 2, 9_007_199_254_740_991])
        #expect(series[0].values[0] == 0.5)
        #expect(series[0].values[1].isNaN)
        #expect(series[0].values[2] == -.infinity)
    }

    @Test("columns say the same as points")
    func columns() throws {
        let columns = try report(
            #"{"attempt":1,"series":[{"name":"a","steps":[1,2],"values":[3,"Infinity"]}]}"#)
        let points = try report(
            #"{"attempt":1,"points":[{"name":"a","step":1,"value":3},{"name":"a","step":2,"value":Infinity}]}"#)
        #expect(messages(columns) == messages(points))
    }

    @Test(
        "what cannot be is refused and the field is named",
        arguments: [
            (#"[]"#, "body"), (#"{"points":[{"name":"a","step":1,"value":1}]}"#, "attempt"),
            (#"{"attempt":0,"points":[]}"#, "attempt"), (#"{"attempt":1}"#, "points"),
            (#"{"attempt":1,"points":[],"series":[]}"#, "series"), (#"{"attempt":1,"points":[]}"#, "points"),
            (#"{"attempt":1,"points":[{"name":"a","value":1}]}"#, "points[0].step"),
            (#"{"attempt":1,"points":[{"name":"a","step":-1,"value":1}]}"#, "points[0].step"),
            (#"{"attempt":1,"points":[{"name":"a","step":1e300,"value":1}]}"#, "points[0].step"),
            (#"{"attempt":1,"points":[{"name":"a","step":NaN,"value":1}]}"#, "points[0].step"),
            (#"{"attempt":1,"points":[{"name":"a","step":1.5,"value":1}]}"#, "points[0].step"),
            (#"{"attempt":1,"points":[{"name":"a","step":1,"value":"x"}]}"#, "points[0].value"),
            (#"{"attempt":1,"points":[{"name":"a","step":1,"value":null}]}"#, "points[0].value"),
            (#"{"attempt":1,"points":[{"name":"epoch","step":1,"value":1}]}"#, "points[0].name"),
            (#"{"attempt":1,"points":[{"name":"","step":1,"value":1}]}"#, "points[0].name"),
            (#"{"attempt":1,"points":[{"name":"a","step":1,"value":1,"time":"now"}]}"#, "points[0].time"),
            (#"{"attempt":1,"series":[{"name":"a","steps":[1],"values":[1,2]}]}"#, "series[0].steps"),
            (#"{"attempt":1,"series":[{"name":"a","steps":[],"values":[]}]}"#, "series[0].values"),
        ])
    func refusals(text: String, field: String) {
        do {
            _ = try report(text)
            Issue.record("accepted \(text)")
        } catch let error as FieldError {
            #expect(error.field == field)
        } catch {
            Issue.record("\(text) gave \(error)")
        }
    }

    @Test(
        "a large report becomes events that each fit into the log, and loses no point",
        arguments: [1, 3, 40, 2000, 9000, 20_000])
    func splitting(seriesCount: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seriesCount))
        var body = #"{"attempt":1,"series":["#
        var expected: [String: [Int64]] = [:]
        for index in 0..<seriesCount {
            let name = "m\(index)" + String(repeating: "x", count: Int.random(in: 0...240, using: &generator))
            let count = Int.random(in: 1...max(1, 60_000 / seriesCount), using: &generator)
            // Steps and times that jump from end to end cost the most bytes.
            let steps = (0..<count).map { (place: Int) -> Int64 in
                place % 2 == 0 ? Int64(9_007_199_254_740_991) - Int64(place) : Int64(place)
            }
            let ends = [#""9999-12-31T23:59:59.999999Z""#, #""1970-01-01T00:00:00Z""#]
            let times = (0..<count).map { ends[$0 % 2] }
            expected[name] = steps
            if index > 0 { body += "," }
            body += #"{"name":"\#(name)","steps":["# + steps.map(String.init).joined(separator: ",")
            body += #"],"values":["# + [String](repeating: "0.1", count: count).joined(separator: ",")
            body += #"],"times":["# + times.joined(separator: ",") + "]}"
        }
        let report = try report(body + "]}")
        for event in report.events {
            #expect(try event.encoded().payload.count <= NewEvent.maximumPayloadByteCount)
        }
        var seen: [String: [Int64]] = [:]
        for series in messages(report).flatMap(\.series) { seen[series.name, default: []] += steps(series) }
        #expect(seen == expected)
        #expect(report.pointCount == expected.values.reduce(0) { $0 + $1.count })
    }

    @Test("damaged reports are read or refused, and never trap", arguments: 0..<20 as Range<UInt64>)
    func damage(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let texts = [
            #"{"attempt":1,"points":[{"name":"a/b","step":1,"value":-1.5e-3},{"name":"é","step":2,"value":"NaN"}]}"#,
            #"{"attempt":4294967295,"series":[{"name":"a","steps":[1,2],"values":[0,1],"times":[]}]}"#,
        ]
        var accepted = 0
        for text in texts {
            for _ in 0..<500 {
                var bytes = Array(text.utf8)
                for _ in 0..<Int.random(in: 0...3, using: &generator) {
                    let place = Int.random(in: bytes.indices, using: &generator)
                    switch Int.random(in: 0..<3, using: &generator) {
                    case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                    case 1: bytes.remove(at: place)
                    default: bytes.insert(bytes[Int.random(in: bytes.indices, using: &generator)], at: place)
                    }
                }
                do {
                    accepted += try MetricsScan(json: bytes).pointCount > 0 ? 1 : 0
                } catch {
                    #expect(error is FieldError || error is JSONError)
                }
            }
        }
        #expect(accepted > 0)
    }

    @Test(
        "steps that add up to no step are refused, and damaged protobuf never traps", arguments: 0..<20 as Range<UInt64>
    )
    func damagedProtobuf(seed: UInt64) throws {
        func message(_ deltas: [Int64], _ values: [Double]) throws -> [UInt8] {
            try MetricsReported.with {
                $0.attempt = 1
                $0.series = [
                    .with {
                        $0.name = "loss"
                        $0.stepDeltas = deltas
                        $0.values = values
                    }
                ]
            }.serializedBytes()
        }
        let overflowing = try message([.max, .max], [1, 2])
        #expect(throws: FieldError.self) { try MetricsScan(protobuf: overflowing) }
        let uneven = try message([1], [1, 2])
        #expect(throws: FieldError.self) { try MetricsScan(protobuf: uneven) }
        let good = try message([1, 1, -1], [1, .nan, .infinity])
        #expect(try MetricsScan(protobuf: good).pointCount == 3)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            do {
                _ = try MetricsScan(protobuf: bytes)
            } catch {
                #expect(error is FieldError || error is BinaryDecodingError)
            }
        }
    }
}
