import JSON

/// Adam steps of the 3D U-Net, beside PyTorch's on the same processor in either of its layouts, and how long steps on a folder
/// of scans wait for data.
struct TrainerSection {
    /// The multiple of PyTorch's rate that is wanted.
    private static let wantedRatio = 1.5
    private static let layouts = [("contiguous", "PyTorch"), ("channels_last_3d", "PyTorch, channels last")]

    let context: BenchmarkContext

    func rows() async throws -> [BenchmarkRow] {
        var rows: [BenchmarkRow] = []
        let sizes =
            context.isQuick
            ? [(features: 8, patch: 32, batch: 2, steps: 8)]
            : [(features: 8, patch: 32, batch: 2, steps: 20), (features: 16, patch: 48, batch: 1, steps: 10)]
        for size in sizes {
            for threads in [1, 2] {
                context.say("training step, \(size.features) features, \(threads) threads")
                var step = TrainingStep()
                step.threadCount = threads
                step.stepCount = size.steps
                step.initialFeatures = size.features
                step.patch = size.patch
                step.batch = size.batch
                let rate = try step.voxelsPerSecond()
                let what =
                    "\(size.features) features, depth 3, patch \(size.patch)³, batch \(size.batch), "
                    + "\(threads) thread\(threads == 1 ? "" : "s")"
                guard context.torchPython != nil else {
                    rows.append(Section.trainer.row(what, rate, "voxels/s"))
                    continue
                }
                for (layout, name) in Self.layouts {
                    let torch = try await torchRate(step, layout: layout)
                    rows.append(
                        Section.trainer.row(
                            what, rate, "voxels/s",
                            target: torch.map { .atLeast(Self.wantedRatio * $0) },
                            beside: torch.map { .init(what: name, figure: $0) }))
                }
            }
        }
        return rows + (try FolderProfile(context: context).rows())
    }

    /// Voxels a second of the same step in PyTorch; nil without it.
    private func torchRate(_ step: TrainingStep, layout: String) async throws -> Double? {
        guard let python = context.torchPython else { return nil }
        let line = try await context.run(
            python, "tensor-step.py",
            [
                "--threads", "\(step.threadCount)", "--steps", "\(step.stepCount)", "--features",
                "\(step.initialFeatures)", "--depth", "\(step.depth)", "--patch", "\(step.patch)",
                "--batch", "\(step.batch)", "--memory-format", layout,
            ])
        return try JSONValue.parse(line)["voxels_per_second"]?.doubleValue
    }
}
