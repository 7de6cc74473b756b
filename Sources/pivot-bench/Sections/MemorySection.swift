import Glibc

/// The memory that the server holds: idle, after a load, and while a large checkpoint comes in.
struct MemorySection {
    let context: BenchmarkContext

    func rows() async throws -> [BenchmarkRow] {
        context.say("memory")
        let folder = try context.freshFolder("memory")
        let server = try await ServerProcess(context.server, folder: folder)
        defer { server.stop() }
        var rows: [BenchmarkRow] = []
        usleep(500_000)
        rows += try held(server, "idle", target: .atMost(24))

        let connection = try HTTPConnection(port: server.port)
        let templates = try (0..<64).map { index in
            try ReportTemplate(
                BenchmarkSession(over: connection, name: "\(index)"), form: .points, pointCount: index < 32 ? 1 : 1000,
                seed: UInt64(index))
        }
        var load = try ClientLoad<ReportTemplate>(port: server.port, scripts: templates)
        _ = try load.run(seconds: context.loadSeconds)
        _ = try server.secondsUntilCaughtUp()
        rows += try held(server, "after 64 clients, half of them with batches")

        let byteCount = context.isQuick ? 256 << 20 : 1 << 30
        let session = try BenchmarkSession(over: connection, name: "checkpoint")
        let transfer = CheckpointTransfer(connection: connection, block: WeightBlock(seed: 7))
        let before = try server.memory()
        var peak = before
        func observe() throws {
            let now = try server.memory()
            peak = (max(peak.anonymous, now.anonymous), max(peak.resident, now.resident))
        }
        let upload = try transfer.upload(
            byteCount, as: .multipart, to: session.id, epoch: 1, observe: observe)
        try observe()
        let name = "at most during an upload of \(byteCount >> 20) MiB"
        rows.append(
            Section.memory.row("anonymous, \(name)", Double(peak.anonymous) / 1e6, "MB", target: .atMost(100)))
        rows.append(
            Section.memory.row("of it not held before", Double(peak.anonymous - before.anonymous) / 1e6, "MB"))
        rows.append(Section.memory.row("resident, \(name)", Double(peak.resident) / 1e6, "MB"))
        _ = try transfer.download(upload.id, byteCount: byteCount)
        return rows
    }

    private func held(_ server: ServerProcess, _ when: String, target: Target? = nil) throws -> [BenchmarkRow] {
        let memory = try server.memory()
        return [
            Section.memory.row("anonymous, \(when)", Double(memory.anonymous) / 1e6, "MB", target: target),
            Section.memory.row("resident, \(when)", Double(memory.resident) / 1e6, "MB"),
        ]
    }
}
