import ExportFormats
import Foundation
import JSON
import Tracking

/// Points in the formats of other tools, and the same points in the hands of those tools.
struct ExportSection {
    let context: BenchmarkContext

    private var pointCount: Int { context.isQuick ? 200_000 : 2_000_000 }

    func rows() async throws -> [BenchmarkRow] {
        context.say("exports")
        let folder = try context.freshFolder("exports")
        let batches = Self.batches(pointCount: pointCount)
        let peers = try await peers(folder)
        var rows: [BenchmarkRow] = []
        let logdir = folder + "/logdir"
        try FileManager.default.createDirectory(atPath: logdir, withIntermediateDirectories: true)
        let events = try write(batches, to: logdir + "/events.out.tfevents.1767225600.pivot")
        rows.append(
            Section.exports.row(
                "scalars as TensorBoard's event files", events, "points/s", target: .atLeast(2e6),
                beside: peers["tensorboardX"].map { .init(what: "tensorboardX", figure: $0) }))
        for format in TableFormat.allCases {
            let rate = try table(format, batches, folder)
            rows.append(
                Section.exports.row(
                    "points as \(format.rawValue)", rate, "points/s",
                    beside: peers["pandas_\(format.rawValue)"].map { .init(what: "pandas", figure: $0) }))
        }
        if let rate = try await loader(logdir) {
            rows.append(Section.exports.row("the event files, read by TensorBoard's Python loader", rate, "points/s"))
        }
        try context.remove(folder)
        return rows
    }

    /// Points of eight metrics, in batches as they come from the read models.
    private static func batches(pointCount: Int) -> [(metric: String, points: MetricHistory)] {
        let size = 8192
        return (0..<max(pointCount / size, 1)).map { number in
            var points = MetricHistory(axis: .step)
            for place in 0..<size {
                let step = Int64(number / 8 * size + place)
                points.steps.append(step)
                points.times.append(1_767_225_600_000_000 + step * 1_000_123)
                points.values.append(sin(Double(step)) / Double(number + 1))
                points.attempts.append(1)
            }
            points.pointCount = size
            return ("train/metric_\(number % 8)", points)
        }
    }

    /// Points a second, of writing the event file.
    private func write(_ batches: [(metric: String, points: MetricHistory)], to path: String) throws -> Double {
        var file: [UInt8] = []
        let time = ContinuousClock().measure {
            var encoder = EventEncoder(startingAt: Timestamp(rawValue: 1_767_225_600_000_000), isSingle: true)
            for (metric, points) in batches {
                encoder.append(
                    scalar: metric, steps: points.steps[...], times: points.times[...], values: points.values[...])
                file += encoder.take()
            }
        }
        try Data(file).write(to: URL(fileURLWithPath: path))
        return Double(batches.count * 8192) / time.seconds
    }

    private func table(
        _ format: TableFormat, _ batches: [(metric: String, points: MetricHistory)], _ folder: String
    ) throws -> Double {
        var byteCount = 0
        let time = try ContinuousClock().measure {
            var writer = format.writer(of: PointTable.longColumns)
            var bytes: [UInt8] = []
            writer.begin(&bytes)
            for (metric, points) in batches {
                try writer.append(PointTable.rows(points, of: metric, in: "sess_0123456789abcdef"), to: &bytes)
                byteCount += bytes.count
                bytes.removeAll(keepingCapacity: true)
            }
            try writer.end(&bytes)
            byteCount += bytes.count
        }
        guard byteCount > 0 else { throw BenchmarkError("Nothing was written as \(format.rawValue).") }
        return Double(batches.count * 8192) / time.seconds
    }

    /// Points a second of tensorboardX and pandas, by name; none without a Python that has them.
    private func peers(_ folder: String) async throws -> [String: Double] {
        guard let python = context.exportsPython else { return [:] }
        let line = try await context.run(
            python, "export-peers.py", ["--folder", folder, "--points", String(context.isQuick ? 20_000 : 100_000)])
        return Self.figures(try JSONValue.parse(line))
    }

    private func loader(_ logdir: String) async throws -> Double? {
        guard let python = context.exportsPython else { return nil }
        let line = try await context.run(python, "export-peers.py", ["--read", logdir])
        return Self.figures(try JSONValue.parse(line))["loader"]
    }

    private static func figures(_ json: JSONValue) -> [String: Double] {
        var figures: [String: Double] = [:]
        for (name, value) in json.objectValue ?? [:] { figures[name] = value.doubleValue }
        return figures
    }
}
