import Tracking

/// Lists of past positions: near ones, since which few of the sessions have changed, one since which all have, and one in the log's
/// first days, when few were there. What they cost is what the present list costs and a look at each session that was there and
/// has changed since.
struct PastListSection {
    let context: BenchmarkContext
    let sessionCount: Int
    /// The folder of a server with that many sessions, which is not running.
    let folder: String

    /// A past position.
    private struct Moment {
        var name: String
        var position: LogPosition
        var answerCount: Int
        var target: Target?
    }

    private static let questions: [(name: String, query: String)] = [
        ("newest 100", ""),
        ("status", "status=failed"),
        ("search of two words", "q=cedar+seed"),
        ("filter by a parameter", "filter=params.p4+%3C+0.001"),
        ("filter by a metric", "filter=metrics.val/m3+%3C+0.001"),
        ("sorted by a metric", "sort=metrics.val/m3"),
        ("sorted by name", "sort=name"),
        ("last page, sorted by a parameter", "sort=-params.p0&offset="),
    ]

    func rows() async throws -> [BenchmarkRow] {
        let scale = ScaleSection(context: context)
        let name = "\(Figure.text(Double(sessionCount))) sessions"
        context.say("\(name), changed and asked as of the past")
        let data = folder + "/data"
        let far = try await ScaleLog.writeNotes(0..<sessionCount, to: data)
        let near = try await ScaleLog.writeNotes(
            stride(from: 0, to: sessionCount, by: 100).map { $0 }, to: data)
        let moments = [
            Moment(name: "as of 1 % changed since", position: near, answerCount: 40, target: .atMost(50)),
            Moment(name: "as of all changed since", position: far, answerCount: 4),
            // A session's six or so events stand together.
            Moment(
                name: "as of the log's first 1 %", position: LogPosition(UInt64(sessionCount / 100 * 6)),
                answerCount: 40,
                target: .atMost(50)),
        ]
        let server = try await ServerProcess(context.server, folder: folder)
        try await scale.waitUntilBuilt(server)
        let connection = try HTTPConnection(port: server.port)
        var rows: [BenchmarkRow] = []
        for moment in moments {
            for question in Self.questions {
                let offset = question.query.hasSuffix("=") ? "\(sessionCount - 100)" : ""
                let path = "/api/v1/training/sessions?as_of=\(moment.position)&" + question.query + offset
                let times = try scale.times(of: path, connection, count: moment.answerCount)
                rows.append(
                    scale.row(name, "\(moment.name): \(question.name), p95", times.at(0.95), "ms", moment.target))
            }
        }
        server.stop()
        return rows
    }
}
