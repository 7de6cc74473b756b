import JSON

/// Measures the time that other trackers need for the same runs and the same questions, by the names of this benchmark's rows.
struct PeerSection {
    let context: BenchmarkContext
    let runCount: Int

    /// Milliseconds for questions, runs a second for what creates them; empty for a tracker that is not there.
    func figures() async throws -> (fastTrackML: [String: Double], mlflow: [String: Double]) {
        (try await figures(.fastTrackML, context.fastTrackML), try await figures(.mlflow, context.mlflowPython))
    }

    /// The row of the sessions that `count` clients create a second.
    static func creating(_ count: Int) -> String {
        "create + claim + first report, \(count) client\(count == 1 ? "" : "s")"
    }

    /// The row of the sessions that one client of Python's requests creates a second.
    static let creatingFromPython = "create + claim + first report, from Python requests"

    /// Runs a second that Python's requests create on a server; nil without a Python that has it.
    static func pythonRate(_ context: BenchmarkContext, _ kind: String, port: Int) async throws -> Double? {
        guard let python = context.python else { return nil }
        let line = try await context.run(
            python, "sessions-loop.py",
            [kind, "http://127.0.0.1:\(port)", "--seconds", context.isQuick ? "1" : "3"])
        return try JSONValue.parse(line)["runs_per_second"]?.doubleValue
    }

    private func figures(_ kind: PeerProcess.Kind, _ program: String?) async throws -> [String: Double] {
        guard let program else { return [:] }
        let folder = try context.freshFolder(kind.rawValue)
        let server = try await PeerProcess(kind, program: program, folder: folder)
        defer { server.stop() }
        context.say("\(kind.rawValue) with \(runCount) runs")
        if kind == .mlflow {
            _ = try await context.run(
                program, "fill-mlflow.py", ["--database", folder + "/peer.db", "--runs", "\(runCount)"])
        } else {
            let clients = 16
            var load = try ClientLoad<PeerScript>(
                port: server.port,
                scripts: (0..<clients).map { PeerScript(.filled(first: $0, stride: clients)) })
            _ = try load.run(requests: 2 * runCount)
        }
        var figures: [String: Double] = [:]
        let connection = try HTTPConnection(port: server.port)
        for (name, filter, order) in [
            ("newest 100", "", "attributes.start_time DESC"),
            ("tag", "tags.tag = '\(ScaleLog.tag(7))'", ""),
            ("filter by a parameter's text", "params.p2 = 'lion'", ""),
            ("filter by a metric", "metrics.`val/m3` < 0.001", ""),
            ("filter by a part of the name", "attributes.run_name ILIKE '%AMBER%'", ""),
            ("sorted by a metric", "", "metrics.`val/m3` ASC"),
            ("filtered and sorted", "params.p2 = 'lion'", "metrics.`val/m3` ASC"),
        ] {
            figures[name + ", p95"] = try times(
                connection, filter: filter, order: order, count: kind == .mlflow ? 9 : 25
            ).at(0.95)
        }
        for count in kind == .mlflow ? [1] : [1, 64] {
            var load = try ClientLoad<PeerScript>(
                port: server.port, scripts: Array(repeating: PeerScript(.first), count: count))
            figures[Self.creating(count)] = try load.run(seconds: context.loadSeconds / 2).requestsPerSecond / 2
        }
        figures[Self.creatingFromPython] = try await Self.pythonRate(context, "--mlflow", port: server.port)
        try context.remove(folder)
        return figures
    }

    private func times(_ connection: HTTPConnection, filter: String, order: String, count: Int) throws -> Quantiles {
        var body: JSONObject = ["experiment_ids": ["0"], "max_results": 100, "filter": .string(filter)]
        if !order.isEmpty { body["order_by"] = [.string(order)] }
        var times: [Double] = []
        for index in 0..<count {
            let begin = ContinuousClock.now
            try connection.send(PeerScript.post("runs/search", .object(body)))
            let answer = try connection.receive()
            guard answer.status == 200 else {
                throw BenchmarkError("A search was answered with: \(String(decoding: answer.body, as: UTF8.self))")
            }
            if index >= count / 5 { times.append(begin.duration(to: .now).seconds * 1e3) }
        }
        return Quantiles(times)
    }
}
