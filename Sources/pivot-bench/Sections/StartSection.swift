import Processes

/// The time from a server's start until it is healthy, on an empty folder and on a long log.
struct StartSection {
    let context: BenchmarkContext

    func rows() async throws -> [BenchmarkRow] {
        let process = BenchmarkRow.Reference(what: "`pivot version`", figure: try await versionMilliseconds())
        let folder = try context.freshFolder("start")
        var server = try await ServerProcess(context.server, folder: folder)
        var rows = [
            Section.start.row(
                "on an empty folder", server.secondsUntilHealthy * 1e3, "ms", target: .atMost(100), beside: process)
        ]
        let pointCount = context.isQuick ? 1_000_000 : 10_000_000
        context.say("a log of \(pointCount) points")
        let session = try BenchmarkSession(over: try HTTPConnection(port: server.port))
        let begin = ContinuousClock.now
        try PointFeed.fill(server, session, pointCount: pointCount)
        let name = "\(pointCount / 1_000_000) M points"
        rows.append(
            Section.start.row(
                "\(name) from 1 client, 10,000 a report, until shown",
                Double(pointCount) / begin.duration(to: .now).seconds, "points/s"))
        server.stop()
        var times: [Double] = []
        for _ in 0..<5 {
            server = try await ServerProcess(context.server, folder: folder)
            times.append(server.secondsUntilHealthy * 1e3)
            server.stop()
        }
        rows.append(
            Section.start.row(
                "on a log of \(name): median of 5", Quantiles(times).at(0.5), "ms", target: .atMost(100),
                beside: process))
        try context.remove(folder)
        return rows
    }

    /// Milliseconds that the executable needs for nothing.
    private func versionMilliseconds() async throws -> Double {
        let start = ProgramStart(
            path: context.server, arguments: [context.server, "version"], output: .discarded, error: .inherited)
        var times: [Double] = []
        for _ in 0..<5 {
            let begin = ContinuousClock.now
            _ = try await ChildProcess.start(start).waitUntilExit()
            times.append(begin.duration(to: .now).seconds * 1e3)
        }
        return Quantiles(times).at(0.5)
    }
}
