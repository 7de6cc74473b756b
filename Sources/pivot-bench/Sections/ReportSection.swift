import Foundation
import JSON

/// Metric reports to a real server, each acknowledged when it is on disk.
struct ReportSection {
    let context: BenchmarkContext

    func rows() async throws -> [BenchmarkRow] {
        let folder = try context.freshFolder("reports")
        let syncs = try DiskProbe.syncs(in: folder, seconds: 0.5)
        let server = try await ServerProcess(context.server, folder: folder)
        defer { server.stop() }
        var rows: [BenchmarkRow] = []
        let sync = BenchmarkRow.Reference(what: "pwrite and fdatasync of 4 KiB", figure: syncs.median * 1e3)

        let alone = try measure(server, .points, pointCount: 1, clients: 1)
        let latencies = Quantiles(alone.latencies)
        rows.append(
            Section.reports.row(
                "one point, JSON, 1 client: p50", latencies.at(0.5) * 1e3, "ms", target: .atMost(1), beside: sync))
        rows.append(Section.reports.row("one point, JSON, 1 client: p99", latencies.at(0.99) * 1e3, "ms", beside: sync))

        let connection = try HTTPConnection(port: server.port)
        let before = try server.written(over: connection)
        let many = try measure(server, .points, pointCount: 1, clients: 64)
        let after = try server.written(over: connection)
        rows.append(
            Section.reports.row(
                "one point, JSON, 64 clients", many.requestsPerSecond, "reports/s", target: .atLeast(12_000),
                beside: .init(what: "pwrite and fdatasync of 4 KiB", figure: syncs.perSecond)))
        rows.append(
            Section.reports.row(
                "one point, JSON, 64 clients: p99", Quantiles(many.latencies).at(0.99) * 1e3, "ms", beside: sync))
        rows.append(
            Section.reports.row(
                "one point, JSON, 64 clients: reports in a sync",
                Double(after.records - before.records) / Double(max(after.syncs - before.syncs, 1)), "reports"))
        rows.append(try lag(server, after: "64 clients"))

        for (form, name, target) in [
            (ReportTemplate.Form.points, "JSON points", 500_000.0), (.columns, "JSON columns", 500_000),
            (.protobuf, "protobuf", 3_000_000),
        ] {
            let batches = try measure(server, form, pointCount: 1000, clients: 16)
            rows.append(
                Section.reports.row(
                    "batches of 1,000, \(name), 16 clients", batches.pointsPerSecond, "points/s",
                    target: .atLeast(target)))
            rows.append(try lag(server, after: "batches of \(name)"))
        }
        rows += try await peers(server)
        rows += try await fastTrackML(folder, many.requestsPerSecond)
        return rows
    }

    private func measure(
        _ server: ServerProcess, _ form: ReportTemplate.Form, pointCount: Int, clients: Int
    ) throws -> ClientLoad<ReportTemplate>.Result {
        context.say("reports of \(pointCount) points, \(form), \(clients) clients")
        let connection = try HTTPConnection(port: server.port)
        let templates = try (0..<clients).map { index in
            let session = try BenchmarkSession(over: connection, name: "\(form) \(pointCount) \(index)")
            return try ReportTemplate(session, form: form, pointCount: pointCount, seed: UInt64(index + 1))
        }
        var load = try ClientLoad<ReportTemplate>(port: server.port, scripts: templates)
        _ = try load.run(seconds: 0.2)
        return try load.run(seconds: context.loadSeconds)
    }

    private func lag(_ server: ServerProcess, after what: String) throws -> BenchmarkRow {
        Section.reports.row(
            "read models caught up after \(what)", try server.secondsUntilCaughtUp(), "s", target: .atMost(1))
    }

    /// FastTrackML with as many clients that log one metric after the other.
    private func fastTrackML(_ folder: String, _ reportsPerSecond: Double) async throws -> [BenchmarkRow] {
        guard let program = context.fastTrackML else { return [] }
        context.say("metrics logged to FastTrackML, 64 clients")
        let server = try await PeerProcess(.fastTrackML, program: program, folder: folder)
        defer { server.stop() }
        let connection = try HTTPConnection(port: server.port)
        try connection.send(PeerScript.creation(0))
        let run = try PeerScript.run(in: try connection.receive().body[...])
        var load = try ClientLoad<PeerScript>(
            port: server.port, scripts: Array(repeating: PeerScript(.metrics(run: run)), count: 64))
        let result = try load.run(seconds: context.loadSeconds / 2)
        return [
            Section.reports.row(
                "one point, 64 clients, beside FastTrackML", reportsPerSecond, "reports/s",
                target: .atLeast(3 * result.requestsPerSecond),
                beside: .init(what: "FastTrackML", figure: result.requestsPerSecond))
        ]
    }

    /// The same server seen through Python's requests, which is what most scripts use.
    private func peers(_ server: ServerProcess) async throws -> [BenchmarkRow] {
        guard let python = context.python else { return [] }
        context.say("reports from Python requests")
        let session = try BenchmarkSession(over: try HTTPConnection(port: server.port), name: "requests")
        let line = try await context.run(
            python, "requests-loop.py",
            [
                "--url", "http://127.0.0.1:\(server.port)/api/v1/training/sessions/\(session.id)/metrics",
                "--token", session.token, "--seconds", context.isQuick ? "1" : "3",
            ])
        let figures = try JSONValue.parse(line)
        func figure(_ name: String) -> Double { figures[name]?.doubleValue ?? .nan }
        return [
            Section.reports.row("one point from Python requests: p50", figure("single_p50_ms"), "ms"),
            Section.reports.row("one point from Python requests: p99", figure("single_p99_ms"), "ms"),
            Section.reports.row("batches of 1,000 from Python requests", figure("points_per_second"), "points/s"),
        ]
    }
}
