import EventLog

/// Appends of one event, each waited for until it is on disk.
struct AppendSection {
    let context: BenchmarkContext

    func rows() async throws -> [BenchmarkRow] {
        var rows: [BenchmarkRow] = []
        for producers in [1, 16, 256] {
            let folder = try context.freshFolder("appends-\(producers)")
            let syncs = try DiskProbe.syncs(in: folder, seconds: context.isQuick ? 0.3 : 1)
            let each = context.isQuick ? [1: 200, 16: 100, 256: 40] : [1: 2000, 16: 1000, 256: 400]
            let directory = try DataDirectory(path: folder, address: "benchmark")
            let load = AppendLoad(producers: producers, appendsEach: each[producers] ?? 100)
            let figures = try await load.run(in: directory)
            directory.unlock()
            let name = producers == 1 ? "1 producer" : "\(producers) producers"
            rows.append(
                Section.appends.row(
                    "appends, \(name)", figures.appendsPerSecond, "1/s",
                    beside: .init(what: "pwrite and fdatasync of 4 KiB", figure: syncs.perSecond)))
            rows.append(
                Section.appends.row(
                    "median time to the acknowledgement, \(name)", figures.medianLatency, "ms",
                    beside: .init(what: "pwrite and fdatasync of 4 KiB", figure: syncs.median * 1e3)))
            if producers == 256 {
                let tree = TreeLoad(records: context.isQuick ? 100_000 : 1_000_000).run()
                rows.append(
                    Section.appends.row(
                        "the tree's part of an append, \(name)", tree * figures.appendsPerSecond * 100, "%",
                        target: .atMost(10)))
                rows.append(Section.appends.row("events read back", figures.readsPerSecond, "1/s"))
                rows.append(Section.appends.row("median time to read one event", figures.medianRead, "µs"))
            }
            try context.remove(folder)
        }
        return rows
    }
}
