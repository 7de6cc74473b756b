/// Fills one session of a server with many points of the metric `loss`.
enum PointFeed {
    /// Reports `pointCount` points, 10,000 at a time as protobuf; returns once they are acknowledged and shown.
    static func fill(_ server: ServerProcess, _ session: BenchmarkSession, pointCount: Int) throws {
        let perReport = 10_000
        let template = try ReportTemplate(session, form: .protobuf, pointCount: perReport, seed: 1)
        var load = try ClientLoad<ReportTemplate>(port: server.port, scripts: [template])
        _ = try load.run(requests: pointCount / perReport)
        _ = try server.secondsUntilCaughtUp()
    }
}
