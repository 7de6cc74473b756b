import Foundation

/// The questions that people ask most, with more and more sessions and points, and what keeping them costs.
struct ScaleSection {
    let context: BenchmarkContext

    /// The size at which other trackers do the same.
    private var peerSize: Int { context.isQuick ? 1000 : 10_000 }
    private var sizes: [Int] { context.isQuick ? [1000, 10_000] : [1000, 10_000, 100_000] }

    func rows() async throws -> [BenchmarkRow] {
        if let count = context.sessionCount { return try await rows(ofSessions: count, beside: [:]) }
        var rows: [BenchmarkRow] = []
        let peers = try await PeerSection(context: context, runCount: peerSize).figures()
        for size in sizes {
            rows += try await self.rows(ofSessions: size, beside: size == peerSize ? peers.fastTrackML : [:])
        }
        for (question, figure) in peers.mlflow.sorted(by: { $0.key < $1.key }) {
            rows.append(
                row(
                    "MLflow, \(Figure.text(Double(peerSize))) runs", question, figure,
                    question.hasPrefix("create") ? "runs/s" : "ms"))
        }
        let pointCount = context.isQuick ? 1_000_000 : 100_000_000
        rows += try await self.rows(ofPoints: pointCount, inSessions: 1)
        rows += try await self.rows(ofPoints: pointCount, inSessions: context.isQuick ? 100 : 10_000)
        return rows
    }

    /// A list and what it asks for.
    private struct Question {
        var name: String
        var query: String
    }

    private func questions(_ count: Int) -> [Question] {
        let page = min(1000, count / 100)
        return [
            Question(name: "newest 100", query: ""),
            Question(name: "status", query: "status=failed"),
            Question(name: "tag", query: "tag=\(ScaleLog.tag(7))"),
            Question(name: "experiment", query: "experiment=\(ScaleLog.experiment(7))"),
            Question(name: "group", query: "group=group-7"),
            Question(name: "search of two words", query: "q=cedar+seed"),
            Question(name: "search that finds nothing", query: "q=zebra"),
            Question(name: "filter by a parameter", query: "filter=params.p4+%3C+0.001"),
            Question(name: "filter by a parameter's text", query: "filter=params.p2+%3D+lion"),
            Question(name: "filter by a metric", query: "filter=metrics.val/m3+%3C+0.001"),
            Question(
                name: "filter by a metric, a parameter, a status and a tag",
                query: "filter=(metrics.val/m3+%3C+0.5+or+metrics.train/m12.max+%3E+0.9)+and+params.p0+%3E+0.5+and+"
                    + "status+%3D+completed+and+not+tags+%3D+odd"),
            Question(name: "filter by a part of the name", query: "filter=name+~+AMBER"),
            Question(name: "sorted by a metric", query: "sort=metrics.val/m3"),
            Question(
                name: "sorted by a metric's largest, with columns",
                query: "sort=-metrics.train/m12.max&columns=params.p0,params.p2,metrics.val/m3"),
            Question(name: "sorted by a parameter", query: "sort=-params.p0"),
            Question(name: "sorted by name", query: "sort=name"),
            Question(name: "sorted by last change", query: "sort=-updated_at"),
            Question(name: "filtered and sorted", query: "filter=params.p2+%3D+lion&sort=metrics.val/m3"),
            Question(name: "page \(page), newest first", query: "offset=\((page - 1) * 100)"),
            Question(name: "page \(page), sorted by a metric", query: "sort=metrics.val/m3&offset=\((page - 1) * 100)"),
            Question(name: "1,000 rows", query: "limit=1000"),
        ]
    }

    private func rows(
        ofSessions count: Int, beside peer: [String: Double]
    ) async throws -> [BenchmarkRow] {
        let name = "\(Figure.text(Double(count))) sessions"
        context.say("\(name), written")
        let folder = try context.freshFolder("scale-\(count)")
        let begin = ContinuousClock.now
        try await ScaleLog.writeSessions(count, to: folder + "/data")
        var rows = [row(name, "written as events", Double(count) / begin.duration(to: .now).seconds, "sessions/s")]
        context.say("\(name), shown")
        let building = ContinuousClock.now
        var server = try await ServerProcess(context.server, folder: folder)
        try await waitUntilBuilt(server)
        rows.append(
            row(name, "read models built", Double(count) / building.duration(to: .now).seconds, "sessions/s"))
        server.stop()
        rows.append(
            row(
                name, "read models on disk",
                try Double(byteCount(ofFolder: folder + "/data/read-models")) / Double(count),
                "B a session"))
        var starts: [Double] = []
        for _ in 0..<5 {
            server = try await ServerProcess(context.server, folder: folder)
            starts.append(server.secondsUntilHealthy * 1e3)
            server.stop()
        }
        rows.append(row(name, "start to healthy, median of 5", Quantiles(starts).at(0.5), "ms", .atMost(100)))
        server = try await ServerProcess(context.server, folder: folder)
        context.say("\(name), asked")
        let connection = try HTTPConnection(port: server.port)
        func beside(_ what: String) -> BenchmarkRow.Reference? {
            peer[what].map { BenchmarkRow.Reference(what: PeerProcess.Kind.fastTrackML.rawValue, figure: $0) }
        }
        for question in questions(count) {
            let times = try times(of: "/api/v1/training/sessions?" + question.query, connection)
            rows.append(
                row(
                    name, question.name + ", p95", times.at(0.95), "ms",
                    .atMost(question.name == "1,000 rows" ? 40 : 10), beside(question.name + ", p95")))
        }
        rows.append(
            row(name, "anonymous memory after it", Double(try server.memory().anonymous) / 1e6, "MB", .atMost(64)))
        context.say("\(name), and more created")
        for clients in [1, 64] {
            var load = try ClientLoad<SessionScript>(
                port: server.port, scripts: Array(repeating: SessionScript(), count: clients))
            let result = try load.run(seconds: context.loadSeconds / 2)
            rows.append(
                row(
                    name, PeerSection.creating(clients),
                    result.requestsPerSecond, "sessions/s",
                    clients == 64 ? .atLeast(3000) : nil, beside(PeerSection.creating(clients))))
        }
        if let rate = try await PeerSection.pythonRate(context, "--pivot", port: server.port) {
            let reference = beside(PeerSection.creatingFromPython)
            rows.append(
                row(
                    name, PeerSection.creatingFromPython, rate, "sessions/s",
                    reference.map { .atLeast(3 * $0.figure) }, reference))
        }
        rows.append(
            row(name, "anonymous memory after that", Double(try server.memory().anonymous) / 1e6, "MB", .atMost(64)))
        server.stop()
        rows += try await PastListSection(context: context, sessionCount: count, folder: folder).rows()
        try context.remove(folder)
        return rows
    }

    private func rows(ofPoints count: Int, inSessions sessionCount: Int) async throws -> [BenchmarkRow] {
        let name =
            "\(count / 1_000_000) M points in \(Figure.text(Double(sessionCount))) session\(sessionCount == 1 ? "" : "s")"
        context.say(name)
        let folder = try context.freshFolder("points-\(sessionCount)")
        let begin = ContinuousClock.now
        try await ScaleLog.writePoints(count / sessionCount, sessionCount: sessionCount, to: folder + "/data")
        var rows = [row(name, "written as events", Double(count) / begin.duration(to: .now).seconds, "points/s")]
        let building = ContinuousClock.now
        var server = try await ServerProcess(context.server, folder: folder)
        try await waitUntilBuilt(server)
        rows.append(row(name, "read models built", Double(count) / building.duration(to: .now).seconds, "points/s"))
        server.stop()
        server = try await ServerProcess(context.server, folder: folder)
        rows.append(row(name, "start to healthy", server.secondsUntilHealthy * 1e3, "ms", .atMost(100)))
        let connection = try HTTPConnection(port: server.port)
        let session = ScaleLog.session(sessionCount / 2)
        let path = "/api/v1/metrics/\(session)/history?metric_name=loss&axis=step&max_points=1000"
        rows.append(
            row(name, "a history in 1,000 points, p95", try times(of: path, connection).at(0.95), "ms", .atMost(10)))
        rows.append(
            row(
                name, "newest 100, p95", try times(of: "/api/v1/training/sessions", connection).at(0.95), "ms",
                .atMost(10)))
        rows.append(row(name, "anonymous memory", Double(try server.memory().anonymous) / 1e6, "MB", .atMost(64)))
        server.stop()
        try context.remove(folder)
        return rows
    }

    func row(
        _ size: String, _ what: String, _ figure: Double, _ unit: String, _ target: Target? = nil,
        _ reference: BenchmarkRow.Reference? = nil
    ) -> BenchmarkRow {
        Section.scale.row("\(size): \(what)", figure, unit, target: target, beside: reference)
    }

    /// The bytes of the files below a folder.
    private func byteCount(ofFolder path: String) throws -> Int {
        try FileManager.default.subpathsOfDirectory(atPath: path).reduce(0) { sum, name in
            let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
            return sum + (attributes[.type] as? FileAttributeType == .typeRegular ? attributes[.size] as? Int ?? 0 : 0)
        }
    }

    /// Milliseconds of each of `count` answers to the same request, after some that are not counted.
    func times(of path: String, _ connection: HTTPConnection, count: Int = 40) throws -> Quantiles {
        var times: [Double] = []
        let uncounted = count / 8
        for index in 0..<(count + uncounted) {
            let begin = ContinuousClock.now
            let answer = try connection.exchange(HTTPRequest("GET", path))
            guard answer.status == 200 else {
                throw BenchmarkError("\(path) was answered with: \(String(decoding: answer.body, as: UTF8.self))")
            }
            // The first ones bring pages into memory.
            if index >= uncounted { times.append(begin.duration(to: .now).seconds * 1e3) }
        }
        return Quantiles(times)
    }

    func waitUntilBuilt(_ server: ServerProcess) async throws {
        let connection = try HTTPConnection(port: server.port)
        let request = HTTPRequest("GET", "/api/v1/training/sessions?limit=1")
        while try connection.exchange(request).status == 503 { try await Task.sleep(for: .milliseconds(20)) }
    }
}
