/// Thousands of live feeds of one session while points come in, half over WebSockets and half as event streams.
///
/// Reports of one point at a fixed rate are told to every feed; the clients take their share of the same cores.
struct FeedSection {
    let context: BenchmarkContext

    private static let rate = 200

    func rows() async throws -> [BenchmarkRow] {
        let folder = try context.freshFolder("feeds")
        let server = try await ServerProcess(context.server, folder: folder)
        defer { server.stop() }
        let one = try measure(server, count: 2)
        let count = context.isQuick ? 1000 : 5000
        let many = try measure(server, count: count)
        let (alone, crowd) = (Quantiles(one.result.latencies), Quantiles(many.result.latencies))
        let rate = Double(Self.rate)
        func reference(_ quantile: Double) -> BenchmarkRow.Reference {
            BenchmarkRow.Reference(what: "with 2 feeds", figure: alone.at(quantile) * 1e3)
        }
        let name = "\(Figure.text(Double(count))) feeds, \(Figure.text(rate)) points/s"
        let frames = Double(count * many.result.reportCount) / many.result.seconds
        context.say("\(count) sockets of a bare server")
        let bare = try await BareFeeds.writesPerSecond(count: count, byteCount: 256, seconds: context.loadSeconds / 2)
        let (answersAlone, answers) = (Quantiles(one.result.answers), Quantiles(many.result.answers))
        return [
            Section.feeds.row("\(name): report to frame, p50", crowd.at(0.5) * 1e3, "ms", beside: reference(0.5)),
            Section.feeds.row(
                "\(name): report to frame, p99", crowd.at(0.99) * 1e3, "ms", target: .atMost(100),
                beside: reference(0.99)),
            Section.feeds.row(
                "\(name): report to answer, p99", answers.at(0.99) * 1e3, "ms",
                beside: .init(what: "with 2 feeds", figure: answersAlone.at(0.99) * 1e3)),
            Section.feeds.row(
                "\(name): frames", frames, "frames/s",
                beside: .init(what: "writes of 256 bytes by a bare NIO server to as many sockets", figure: bare)),
            Section.feeds.row(
                "\(name): processor of the server", many.processor, "cores",
                beside: .init(what: "with 2 feeds", figure: one.processor)),
            Section.feeds.row("memory of an open feed", many.byteCount / Double(count) / 1024, "KiB"),
            Section.feeds.row("anonymous memory after it", many.anonymous / 1e6, "MB"),
        ]
    }

    private struct Measured {
        var result: FeedLoad.Result
        /// Cores that the server was busy with.
        var processor: Double
        /// Bytes that the open feeds took, and that are held when all is done.
        var byteCount: Double
        var anonymous: Double
    }

    private func measure(_ server: ServerProcess, count: Int) throws -> Measured {
        context.say("\(count) feeds")
        let connection = try HTTPConnection(port: server.port)
        let session = try BenchmarkSession(over: connection, name: "\(count) feeds")
        let before = try server.memory().anonymous
        let load = try FeedLoad(port: server.port, session: session, count: count)
        try load.open()
        let opened = try server.memory().anonymous
        let start = try server.processorSeconds()
        let result = try load.run(rate: Self.rate, seconds: context.loadSeconds)
        let processor = (try server.processorSeconds() - start) / result.seconds
        let ended = try load.finish(over: connection)
        guard ended == count else { throw BenchmarkError("\(count - ended) of \(count) feeds did not end in order.") }
        return Measured(
            result: result, processor: processor, byteCount: Double(opened - before),
            anonymous: Double(try server.memory().anonymous))
    }
}
