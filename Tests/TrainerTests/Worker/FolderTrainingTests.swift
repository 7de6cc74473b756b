import API
import Foundation
import Synchronization
import TestSupport
import Testing
import Tracking
import Trainer
import TrainingConfiguration

@Suite("Training on a folder of scans")
struct FolderTrainingTests {
    /// A folder with scans of 20 × 18 × 16 voxels: a bright ball in each, with a brighter core, and their mask.
    private func folder() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "masks"), withIntermediateDirectories: true)
        for scan in 0..<4 {
            var (voxels, labels) = ([UInt8](), [UInt8]())
            for z in 0..<20 {
                for y in 0..<18 {
                    for x in 0..<16 {
                        let (dz, dy, dx) = (z - 8 - scan, y - 9, x - 6 - scan)
                        let square = dz * dz + dy * dy + dx * dx
                        labels.append(square < 6 ? 2 : square < 25 ? 1 : 0)
                        voxels.append(UInt8((square < 6 ? 200 : square < 25 ? 120 : 20) + (x * 7 + y * 5 + z * 3) % 11))
                    }
                }
            }
            for (name, values) in [("scan\(scan)", voxels), ("masks/scan\(scan)", labels)] {
                let header = """
                    NDims = 3
                    DimSize = 16 18 20
                    ElementType = MET_UCHAR
                    ElementDataFile = LOCAL

                    """
                try (Data(header.utf8) + Data(values)).write(to: folder.url.appending(path: "\(name).mha"))
            }
        }
        return folder
    }

    private func yaml(_ folder: TemporaryDirectory, _ train: String = "", _ data: String = "") -> String {
        """
        train:
          epochs: 2
          batch_size: 1
          learning_rate: 0.01
          patch_size: [16, 16, 16]
          patches_per_volume: 2
          augment: {flip: true, rotate_degrees: 15}
          model: {init_features: 4, depth: 1, out_channels: 3}
          loss: {type: dice_ce}
          checkpoint_save_top_k: -1
          gradient_accumulation_steps: 2
          seed: 3
          \(train)
        preprocessing: {window: percentile}
        data:
          type: folder
          task: segmentation
          directory: \(folder.url.path(percentEncoded: false))
          classes: [other, shell, core]
          val_fraction: 0.25
          \(data)
        """
    }

    @Test("stopped or killed at any step and started again, it ends in the same bits", arguments: 1...6)
    func exact(step: Int) async throws {
        let folder = try folder()
        defer { withExtendedLifetime(folder) {} }
        let undisturbed = try Rehearsal(yaml(folder))
        #expect(try await undisturbed.attempt() == .completed)

        // With no room in memory, scans lie in mapped files; that changes no bit.
        let stopped = try Rehearsal(yaml(folder, "overlay_every_n_epochs: 0", "cache_mb: 0"))
        let service = stopped.service
        let outcome = try await stopped.attempt { count, stop throws(TrainerError) in
            guard count == step else { return }
            service.handle(.requestStop)
            stop.raise()
        }
        #expect(outcome == .stopped)
        service.handle(.requestStart)
        #expect(try await stopped.attempt() == .completed)
        #expect(stopped.finalDigest == undisturbed.finalDigest)
        #expect(service.state.withLock { $0.artifacts.isEmpty })

        let killed = try Rehearsal(yaml(folder))
        await #expect(throws: TrainerError(.plannedCrash, "")) {
            try await killed.attempt { count, _ throws(TrainerError) in
                if count == step { throw TrainerError(.plannedCrash, "killed") }
            }
        }
        killed.service.loseAttempt()
        #expect(try await killed.attempt() == .completed)
        #expect(killed.finalDigest == undisturbed.finalDigest)
    }

    @Test("each structure has a dice of its own, and their mean is val_dice")
    func metrics() async throws {
        let folder = try folder()
        defer { withExtendedLifetime(folder) {} }
        let rehearsal = try Rehearsal(yaml(folder))
        #expect(try await rehearsal.attempt() == .completed)
        let epochs = rehearsal.service.events.compactMap {
            if case .epochCompleted(let event) = $0 { event.metrics } else { nil }
        }
        #expect(epochs.count == 2)
        for metrics in epochs {
            #expect(
                metrics.map(\.name) == [
                    "epoch_seconds", "learning_rate", "train_accuracy", "train_loss", "val_accuracy", "val_dice",
                    "val_dice/core", "val_dice/shell", "val_loss",
                ])
            let configuration = try TrainingConfiguration(resolving: ConfigurationSource(yaml: yaml(folder)))
            #expect(metrics.map(\.name) == configuration.reportedMetrics)
            let value = { (name: String) in metrics.first { $0.name == name }?.value ?? .nan }
            #expect(value("val_dice") == (value("val_dice/core") + value("val_dice/shell")) / 2)
            #expect(metrics.allSatisfy { $0.value.isFinite })
        }
    }

    @Test("a network learns the structures of real files")
    func learns() async throws {
        let folder = try folder()
        defer { withExtendedLifetime(folder) {} }
        let rehearsal = try Rehearsal(
            yaml(folder, "overlay_every_n_epochs: 3").replacing("epochs: 2", with: "epochs: 12")
                .replacing("patches_per_volume: 2", with: "patches_per_volume: 8")
                .replacing("init_features: 4", with: "init_features: 8").replacing(
                    "rotate_degrees: 15", with: "rotate_degrees: 5"
                )
                .replacing("gradient_accumulation_steps: 2", with: "gradient_accumulation_steps: 1"))
        #expect(try await rehearsal.attempt() == .completed)
        let last = rehearsal.service.events.compactMap {
            if case .epochCompleted(let event) = $0 {
                event.metrics.first { $0.name == "val_dice" }?.value
            } else {
                nil
            }
        }.max()
        #expect(try #require(last) > 0.8, "the best mean dice is \(last ?? 0)")
        let artifacts = rehearsal.service.state.withLock { $0.artifacts }
        #expect(
            artifacts.map(\.path) == [3, 6, 9, 12].map { "overlays/epoch-\($0 < 10 ? "000" : "00")\($0).png" })
        #expect(artifacts.allSatisfy { $0.kind == "image" && $0.key == "overlay" && $0.contentType == "image/png" })
        #expect(artifacts.map(\.step) == [72, 144, 216, 288])
        #expect(artifacts.allSatisfy { $0.bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) && $0.bytes.count < 200_000 })
    }

    @Test("nodules of a table are learnt and found")
    func detection() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        var table = "scan_id,coord_x,coord_y,coord_z,diameter_mm\n"
        for scan in 0..<6 {
            // Two balls of 6 mm in a scan with 2 mm between its slices and 1 mm within them, at (5, −7, 30) mm.
            let centers = [SIMD3(6 + scan, 7, 8), SIMD3(22 - scan, 20, 30 - 2 * scan)]
            var voxels: [UInt8] = []
            for z in 0..<20 {
                for y in 0..<28 {
                    for x in 0..<28 {
                        let isInside = centers.contains { center in
                            let offset = SIMD3(x, y, 2 * z) &- center
                            return (offset &* offset).wrappedSum() <= 9
                        }
                        voxels.append(UInt8((isInside ? 200 : 40) + (x * 7 + y * 5 + z * 3) % 23))
                    }
                }
            }
            let header = """
                NDims = 3
                DimSize = 28 28 20
                ElementSpacing = 1 1 2
                Offset = 5 -7 30
                ElementType = MET_UCHAR
                ElementDataFile = LOCAL

                """
            try (Data(header.utf8) + Data(voxels)).write(to: folder.url.appending(path: "scan\(scan).mha"))
            for center in centers { table += "scan\(scan),\(center.x + 5),\(center.y - 7),\(center.z + 30),6\n" }
        }
        try Data(table.utf8).write(to: folder.url.appending(path: "annotations.csv"))
        let rehearsal = try Rehearsal(
            """
            train:
              epochs: 8
              batch_size: 2
              learning_rate: 0.01
              patch_size: [16, 16, 16]
              patches_per_volume: 10
              model: {init_features: 8, depth: 1}
              checkpoint_monitor: val_froc
              seed: 3
            preprocessing: {target_spacing: [1.5, 1, 1], window_center: 128, window_width: 256}
            data: {type: folder, task: detection, directory: "\(folder.url.path(percentEncoded: false))", val_fraction: 0.34}
            """)
        #expect(try await rehearsal.attempt() == .completed)
        let best = rehearsal.service.events.compactMap {
            if case .epochCompleted(let event) = $0 {
                event.metrics.first { $0.name == "val_froc" }?.value
            } else {
                nil
            }
        }.max()
        #expect(try #require(best) > 0.9, "the best score is \(best ?? 0)")
    }

    @Test("a picture that is refused is a warning, and changes neither end nor bits")
    func refusedPicture() async throws {
        let folder = try folder()
        defer { withExtendedLifetime(folder) {} }
        let plain = try Rehearsal(yaml(folder, "overlay_every_n_epochs: 0"))
        #expect(try await plain.attempt() == .completed)
        let refused = try Rehearsal(yaml(folder))
        refused.service.state.withLock { $0.refusesArtifacts = true }
        #expect(try await refused.attempt() == .completed)
        #expect(refused.finalDigest == plain.finalDigest)
        #expect(refused.service.state.withLock { $0.artifacts.isEmpty })
    }

    @Test("what the data are is recorded with each attempt")
    func recorded() async throws {
        let folder = try folder()
        defer { withExtendedLifetime(folder) {} }
        func started() async throws -> AttemptStarted {
            let rehearsal = try Rehearsal(yaml(folder))
            #expect(try await rehearsal.attempt() == .completed)
            return try #require(
                rehearsal.service.events.lazy.compactMap {
                    if case .attemptStarted(let event) = $0 { event } else { nil }
                }.first)
        }
        let first = try await started()
        #expect(first.dataDigest.hasPrefix("sha256:"))
        #expect(try await started().dataDigest == first.dataDigest)
        let mask = folder.url.appending(path: "masks/scan2.mha")
        var bytes = try Data(contentsOf: mask)
        bytes[bytes.count - 1] = 1
        try bytes.write(to: mask)
        #expect(try await started().dataDigest != first.dataDigest)
    }

    @Test("a scan that cannot be read fails the session, which names the file")
    func unreadable() async throws {
        let folder = try folder()
        defer { withExtendedLifetime(folder) {} }
        try Data("NDims = 3\n".utf8).write(to: folder.url.appending(path: "scan1.mha"))
        let rehearsal = try Rehearsal(yaml(folder))
        guard case .failed(let message) = try await rehearsal.attempt() else {
            Issue.record("the session did not fail")
            return
        }
        #expect(message.contains("scan1.mha") && message.contains("ElementDataFile"))
    }
}
