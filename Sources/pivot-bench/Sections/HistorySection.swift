import ReadModels

/// All points of a long metric, cut into 1,000 buckets.
struct HistorySection {
    let context: BenchmarkContext

    private static let pointCount = 1_000_000
    private static let bucketCount = 1000

    func rows() async throws -> [BenchmarkRow] {
        let scan = BenchmarkRow.Reference(what: "scan of the numbers in memory", figure: Self.scanMilliseconds())
        var rows = try await overHTTP(scan)
        context.say("history in process")
        let folder = try context.freshFolder("history")
        let figures = try ReadModelLoad.run(in: folder, pointCount: context.isQuick ? 200_000 : Self.pointCount)
        let count = Figure.text(Double(figures.pointCount))
        rows += [
            Section.history.row(
                "\(count) points to 1,000 buckets, in process: median", figures.historyMilliseconds, "ms",
                target: .atMost(2), beside: scan),
            Section.history.row("the same as of the log's middle", figures.pastHistoryMilliseconds, "ms"),
            Section.history.row("points applied, 1,000 a report", figures.pointsPerSecond, "points/s"),
            Section.history.row(
                "points applied, 10 metrics a report", figures.pointsPerSecondOfTenMetrics, "points/s"),
            Section.history.row("points applied, 1 a report", figures.singlePointsPerSecond, "points/s"),
            Section.history.row(
                "bytes a point in the read models", figures.bytesPerPoint, "bytes",
                beside: .init(what: "the number itself", figure: 8)),
            Section.history.row("newest 100 of 10,000 sessions", figures.listMilliseconds, "ms"),
            Section.history.row("filter of 10,000 sessions by a metric", figures.filterMilliseconds, "ms"),
        ]
        try context.remove(folder)
        return rows
    }

    private func overHTTP(_ scan: BenchmarkRow.Reference) async throws -> [BenchmarkRow] {
        context.say("history over HTTP")
        let folder = try context.freshFolder("history-server")
        let server = try await ServerProcess(context.server, folder: folder)
        defer { server.stop() }
        let connection = try HTTPConnection(port: server.port)
        let session = try BenchmarkSession(over: connection)
        try PointFeed.fill(server, session, pointCount: Self.pointCount)
        func times(points: Int, count: Int) throws -> Quantiles {
            let request = HTTPRequest(
                "GET", "/api/v1/metrics/\(session.id)/history?metric_name=loss&axis=step&max_points=\(points)")
            return Quantiles(
                try (0..<count).map { _ in
                    try ContinuousClock().measure {
                        let answer = try connection.exchange(request)
                        guard answer.status == 200, answer.body.count > 10 * Self.bucketCount else {
                            throw BenchmarkError("The history was answered with \(answer.head)")
                        }
                    }.seconds * 1e3
                })
        }
        let buckets = try times(points: 4 * Self.bucketCount, count: context.isQuick ? 50 : 200)
        let thousand = try times(points: Self.bucketCount, count: context.isQuick ? 50 : 200)
        return [
            Section.history.row(
                "1,000,000 points to 1,000 buckets of 4 points, GET: p50", buckets.at(0.5), "ms", beside: scan),
            Section.history.row("the same: p99", buckets.at(0.99), "ms"),
            Section.history.row(
                "1,000,000 points to 1,000 points, GET: p50", thousand.at(0.5), "ms", beside: scan),
        ]
    }

    /// Milliseconds to find the extremes of 1,000 buckets by reading a million numbers that lie in memory.
    private static func scanMilliseconds() -> Double {
        var generator = SeededGenerator(seed: 1)
        let values = (0..<pointCount).map { _ in Double.random(in: 0..<1, using: &generator) }
        var sum = 0.0
        let times = (0..<11).map { _ in
            ContinuousClock().measure {
                values.withUnsafeBufferPointer { values in
                    for start in stride(from: 0, to: pointCount, by: pointCount / bucketCount) {
                        var low = Double.infinity
                        var high = -Double.infinity
                        for index in start..<start + pointCount / bucketCount {
                            low = min(low, values[index])
                            high = max(high, values[index])
                        }
                        sum += high - low
                    }
                }
            }.seconds * 1e3
        }
        precondition(sum > 0)
        return Quantiles(times).at(0.5)
    }
}
