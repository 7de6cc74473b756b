import Tracking

/// The log over HTTP: all of it in one answer, by kind of stream, and one session's.
struct EventSection {
    let context: BenchmarkContext

    func rows() async throws -> [BenchmarkRow] {
        let folder = try context.freshFolder("events")
        let count = context.isQuick ? 100_000 : 400_000
        context.say("a log of \(count) events")
        try await EventLoad.write(count, in: folder + "/data")
        let server = try await ServerProcess(context.server, folder: folder)
        defer { server.stop() }
        _ = try server.secondsUntilCaughtUp()
        let before = try server.memory().anonymous
        let session = EventLoad.session(0).text
        var rows: [BenchmarkRow] = []
        for (what, path, share) in [
            ("the whole log", "/api/v1/events?", 1), ("all sessions' lifecycles", "/api/v1/events?stream=session&", 2),
            ("all telemetry", "/api/v1/events?stream=telemetry&", 2),
            ("one session's lifecycle", "/api/v1/training/sessions/\(session)/events?", 2 * EventLoad.sessionCount),
        ] {
            for (form, isLines, target) in [("protobuf", false, 500_000.0), ("JSON", true, 100_000)] {
                let isWhole = share == 1
                rows.append(
                    Section.events.row(
                        "\(what), \(form), 1 client",
                        try rate(path + "limit=1000000000", isLines, atLeast: count / share, server), "events/s",
                        target: isWhole ? .atLeast(target) : nil))
            }
        }
        let after = try server.memory().anonymous
        rows.append(
            Section.events.row(
                "anonymous memory after it", Double(after) / 1e6, "MB",
                beside: .init(what: "before it", figure: Double(before) / 1e6)))
        try context.remove(folder)
        return rows
    }

    /// Events a second: the median of a few answers to `path`, each of which must hold about `count` of them.
    private func rate(_ path: String, _ isLines: Bool, atLeast count: Int, _ server: ServerProcess) throws -> Double {
        let rates = try (0..<5).map { _ in
            let read = try EventLoad.read(path, asLines: isLines, port: server.port)
            guard read.eventCount >= count - 2 * EventLoad.sessionCount else {
                throw BenchmarkError("\(path) gave \(read.eventCount) events, not about \(count).")
            }
            return Double(read.eventCount) / read.seconds
        }
        return Quantiles(rates).at(0.5)
    }
}
