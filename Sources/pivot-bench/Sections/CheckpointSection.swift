import Glibc

/// Checkpoints into a server and out of it, and the store alone.
struct CheckpointSection {
    let context: BenchmarkContext

    func rows() async throws -> [BenchmarkRow] {
        context.say("the blob store alone")
        let folder = try context.freshFolder("blobs")
        let frames = context.isQuick ? 32 : 256
        let figures = try await BlobLoad(frameCount: frames).run(root: folder + "/store")
        try context.remove(folder)
        let digest = BenchmarkRow.Reference(what: "SHA-256 alone", figure: figures.digest)
        let plain = BenchmarkRow.Reference(what: "the same bytes without a header", figure: figures.put)
        return try await overHTTP(digest) + [
            Section.checkpoints.row("put, in process", figures.put, "MB/s", beside: digest),
            Section.checkpoints.row(
                "put of safetensors, in process, 16 tensors", figures.putTensors, "MB/s", target: .atLeastRatio(0.9),
                beside: plain),
            Section.checkpoints.row(
                "put of safetensors, in process, tensors of 1 MiB", figures.putSmallTensors, "MB/s", beside: plain),
            Section.checkpoints.row(
                "put of the same again, as its next checkpoint, 16 tensors", figures.putUnchanged, "MB/s",
                target: .atLeast(1000)),
            Section.checkpoints.row(
                "put with 1 % of the numbers moved, 16 tensors", figures.putChanged, "MB/s", target: .atLeastRatio(1),
                beside: .init(what: "the first put", figure: figures.putTensors)),
            Section.checkpoints.row(
                "stored for each byte of that", figures.addedShare, "", target: .atMost(0.04)),
            Section.checkpoints.row("read of that, in process", figures.readChanged, "MB/s"),
            Section.checkpoints.row("read with every frame verified, in process", figures.read, "MB/s"),
            Section.checkpoints.row(
                "checksum, planes and zstd of a frame", figures.encode, "MB/s",
                beside: .init(what: "memcpy", figure: Self.copyRate())),
            Section.checkpoints.row("a frame back", figures.decode, "MB/s"),
        ]
    }

    private func overHTTP(_ digest: BenchmarkRow.Reference) async throws -> [BenchmarkRow] {
        let folder = try context.freshFolder("checkpoints")
        let server = try await ServerProcess(context.server, folder: folder)
        defer { server.stop() }
        let connection = try HTTPConnection(port: server.port)
        var rows: [BenchmarkRow] = []
        let count = context.checkpointByteCount
        let name = "\(count >> 20) MiB float32"
        // Equal content is stored once, so each upload has other bytes.
        for (index, form) in [CheckpointTransfer.Form.raw, .multipart].enumerated() {
            context.say("checkpoints, \(form)")
            let session = try BenchmarkSession(over: connection, name: "\(form)")
            let transfer = CheckpointTransfer(connection: connection, block: WeightBlock(seed: UInt64(index + 1)))
            let upload = try transfer.upload(count, as: form, to: session.id, epoch: 1)
            rows.append(
                Section.checkpoints.row(
                    "\(name) in, \(form)", Double(count) / 1e6 / upload.seconds, "MB/s", target: .atLeastRatio(0.3),
                    beside: digest))
            guard form == .raw else { continue }
            let seconds = try transfer.download(upload.id, byteCount: count)
            rows.append(Section.checkpoints.row("\(name) out", Double(count) / 1e6 / seconds, "MB/s"))
            rows.append(
                Section.checkpoints.row(
                    "content bytes for each stored byte, normal(0, 0.02)", upload.ratio, "", target: .atLeast(1.18)))
        }
        return rows
    }

    /// MB/s of copying 64 MiB in memory.
    private static func copyRate() -> Double {
        let source = [UInt8](repeating: 1, count: 64 << 20)
        var target = [UInt8](repeating: 2, count: source.count)
        let times = (0..<5).map { _ in
            ContinuousClock().measure {
                _ = target.withUnsafeMutableBytes { target in
                    source.withUnsafeBytes { memcpy(target.baseAddress!, $0.baseAddress!, $0.count) }
                }
            }.seconds
        }
        precondition(target[target.count - 1] == 1)
        return Double(source.count) / 1e6 / Quantiles(times).at(0)
    }
}
