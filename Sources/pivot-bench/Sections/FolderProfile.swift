import Foundation
import Trainer
import TrainingConfiguration

/// A training on a folder of scans: how long a scan takes to be prepared, and which share of the steps is waiting for data.
struct FolderProfile {
    private static let scanCount = 3
    /// Depth, height, width.
    private static let sides = [96, 160, 160]
    private static let batchCount = 16

    let context: BenchmarkContext

    func rows() throws -> [BenchmarkRow] {
        let folder = try context.freshFolder("scans")
        context.say("a training on a folder of scans")
        try write(in: folder)
        let size = Self.sides.map(String.init).joined(separator: "×")
        var rows: [BenchmarkRow] = []
        for (cache, place) in [(512, "in memory"), (0, "in mapped files")] {
            let trainee = try UNet3DTrainee(try configuration(folder, cache: cache))
            // The first batches prepare the scans.
            _ = try trainee.step(epoch: 1, batches: 0..<Self.batchCount, learningRate: 1e-3)
            let first = trainee.takeTimes()
            _ = try trainee.step(epoch: 2, batches: 0..<Self.batchCount, learningRate: 1e-3)
            let second = trainee.takeTimes()
            if cache > 0 {
                rows.append(
                    Section.trainer.row(
                        "preparing a scan of \(size) int16",
                        (first.waiting - second.waiting) / Double(Self.scanCount) * 1e3, "ms"))
            }
            rows.append(
                Section.trainer.row(
                    "waiting for patches of 32³, turned and rotated, scans \(place)",
                    second.waiting / second.total * 100, "% of the steps", target: .atMost(5)))
        }
        try context.remove(folder)
        return rows
    }

    private func configuration(_ folder: String, cache: Int) throws -> TrainingConfiguration {
        try TrainingConfiguration(
            resolving: ConfigurationSource(
                yaml: """
                    train:
                      batch_size: 2
                      patch_size: [32, 32, 32]
                      patches_per_volume: 16
                      augment: {flip: true, rotate_degrees: 10}
                      model: {init_features: 8, depth: 2}
                      loss: {type: dice_bce}
                    data: {type: folder, task: segmentation, directory: \(folder), cache_mb: \(cache), val_fraction: 0.2}
                    """))
    }

    /// Writes MetaImages of noise with a ball, one more than are trained on.
    private func write(in folder: String) throws {
        let root = URL(filePath: folder, directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: root.appending(path: "masks"), withIntermediateDirectories: true)
        var generator = SeededGenerator(seed: 1)
        for scan in 0...Self.scanCount {
            var (voxels, labels) = (Data(), Data())
            for z in 0..<Self.sides[0] {
                for y in 0..<Self.sides[1] {
                    for x in 0..<Self.sides[2] {
                        let place = SIMD3(z - 48, y - 80, x - 60 - 10 * scan)
                        let square = (place &* place).wrappedSum()
                        let noise = Int16(truncatingIfNeeded: generator.next() % 200)
                        let value = (square < 400 ? 50 : -700) + noise
                        withUnsafeBytes(of: value.littleEndian) { voxels.append(contentsOf: $0) }
                        labels.append(square < 400 ? 1 : 0)
                    }
                }
            }
            let files = [("scan\(scan)", "MET_SHORT", voxels), ("masks/scan\(scan)", "MET_UCHAR", labels)]
            for (name, type, bytes) in files {
                let header = """
                    NDims = 3
                    DimSize = \(Self.sides[2]) \(Self.sides[1]) \(Self.sides[0])
                    ElementType = \(type)
                    ElementDataFile = LOCAL

                    """
                try (Data(header.utf8) + bytes).write(to: root.appending(path: "\(name).mha"))
            }
        }
    }
}
