import Foundation
import Scans
import TestSupport
import Testing
import Tracking
import Trainer
import TrainingConfiguration

@Suite("The scans of a folder, made ready")
struct FolderVolumesTests {
    private func configuration(_ data: String, spacing: String = "[1, 1, 1]") throws -> TrainingConfiguration {
        try TrainingConfiguration(
            resolving: ConfigurationSource(
                yaml: "data: {type: folder, directory: scans, \(data)}\npreprocessing: {target_spacing: \(spacing)}"))
    }

    private func open(
        _ folder: TemporaryDirectory, _ configuration: TrainingConfiguration, classCount: Int = 1, seed: UInt64 = 0
    ) throws -> FolderVolumes {
        guard case .folder(let settings)? = configuration.data else { preconditionFailure("the type is folder") }
        return try FolderVolumes(
            settings, try #require(configuration.preprocessing), classCount: classCount, seed: seed,
            relativeTo: folder.url)
    }

    /// Writes a MetaImage of shorts with 2 mm between its voxels in depth and 1 mm elsewhere, at (10, 20, 30).
    private func write(
        _ values: (Int, Int, Int) -> Int16, to name: String, in folder: TemporaryDirectory, depth: Int = 8,
        offset: String = "10 20 30"
    ) throws {
        var bytes = Data(
            """
            NDims = 3
            DimSize = 12 10 \(depth)
            ElementSpacing = 1 1 2
            Offset = \(offset)
            ElementType = MET_SHORT
            ElementDataFile = LOCAL

            """.utf8)
        for z in 0..<depth {
            for y in 0..<10 {
                for x in 0..<12 {
                    withUnsafeBytes(of: values(z, y, x).littleEndian) { bytes.append(contentsOf: $0) }
                }
            }
        }
        let file = folder.url.appending(path: "scans/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try bytes.write(to: file)
    }

    private func write(_ text: String, to name: String, in folder: TemporaryDirectory) throws {
        let file = folder.url.appending(path: "scans/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private func detectionFolder() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try write({ z, y, x in Int16(z * 100 + y * 10 + x - 1000) }, to: "a.mha", in: folder)
        try write({ _, _, _ in -1000 }, to: "b.mha", in: folder)
        try write("# the first\na\n\n", to: "splits/train.txt", in: folder)
        try write("b # without nodules\na\n", to: "splits/val.txt", in: folder)
        try write(
            "scan_id,coord_x,coord_y,coord_z,diameter_mm\na,15,24,36,4\n\"a\", 12, 22, 42, 5.5\n",
            to: "annotations.csv", in: folder)
        return folder
    }

    @Test("nodules of the table are found at their voxels after resampling")
    func detection() throws {
        let folder = try detectionFolder()
        let scans = try open(folder, configuration("task: detection"))
        #expect(scans.scanCount(of: .training) == 1 && scans.scanCount(of: .validation) == 2)
        let scan = try scans.scan(.training, 0)
        #expect(scan.name == "a")
        // 8 slices at 2 mm become 16 at 1 mm; (15, 24, 36) mm is voxel (5, 4) of slice 3, now 6.
        #expect(scan.volume.size == VolumeSize(depth: 16, height: 10, width: 12))
        #expect(scan.nodules[0] == Nodule(depth: 6, height: 4, width: 5, radius: 2))
        #expect(scan.nodules[1] == Nodule(depth: 12, height: 2, width: 2, radius: 2.75))
        #expect(scan.target[6, 4, 5] == 1 && scan.target[12, 2, 2] == 1)
        // The window maps −1350 … 150 to 0 … 1; between slices lies their mean.
        #expect(abs(scan.volume[6, 4, 5] - (300 + 40 + 5 - 1000 + 1350) / 1500) < 1e-6)
        #expect(abs(scan.volume[7, 4, 5] - (350 + 40 + 5 - 1000 + 1350) / 1500) < 1e-6)
        let empty = try scans.scan(.validation, 0)
        #expect(empty.name == "b" && empty.nodules.isEmpty && empty.target.values.allSatisfy { $0 == 0 })
        #expect(try scans.scan(.validation, 1) == scan)
        #expect(scans.sharedNames == ["a"])
    }

    @Test("masks become targets, and their voxels places to cut patches around")
    func segmentation() throws {
        let folder = try detectionFolder()
        try write(
            { z, y, x in (2...4).contains(z) && (3...5).contains(y) && (6...8).contains(x) ? 7 : 0 }, to: "masks/a.mha",
            in: folder)
        try write({ _, _, _ in 0 }, to: "masks/b.mha", in: folder)
        let scans = try open(folder, configuration("task: segmentation", spacing: "[2, 1, 1]"))
        let scan = try scans.scan(.training, 0)
        #expect(scan.target.values.count { $0 == 1 } == 27)
        #expect(scan.target.values.allSatisfy { $0 == 0 || $0 == 1 })
        #expect(scan.anchors == [scan.target.values.indices.filter { scan.target.values[$0] == 1 }.map { UInt32($0) }])
        #expect(scan.nodules.isEmpty)
        #expect(try scans.scan(.validation, 0).anchors.isEmpty)
    }

    @Test("with several channels a mask's labels are kept, and one too many is refused by name")
    func labels() throws {
        let folder = try detectionFolder()
        try write({ z, y, x in x < 4 ? 0 : x < 9 ? 1 : 2 }, to: "masks/a.mha", in: folder)
        try write({ z, y, x in z == 3 && y == 5 && x == 6 ? 3 : 0 }, to: "masks/b.mha", in: folder)
        let configuration = try configuration("task: segmentation", spacing: "[2, 1, 1]")
        let scans = try open(folder, configuration, classCount: 3)
        let scan = try scans.scan(.training, 0)
        #expect(Set(scan.target.values) == [0, 1, 2])
        #expect(scan.anchors.map(\.count) == [5 * 80, 3 * 80])
        let error = #expect(throws: ScanError.self) { try scans.scan(.validation, 0) }
        #expect(error?.code == .inconsistent && error?.file == "b.mha")
        #expect(error?.message.contains("label 3.0") == true)
        #expect(error?.message.contains("train.model.out_channels is 3") == true)
    }

    @Test("a mask that lies elsewhere in the world than its scan is refused")
    func elsewhere() throws {
        let folder = try detectionFolder()
        try write({ _, _, _ in 1 }, to: "masks/a.mha", in: folder, offset: "10 20 32")
        try write({ _, _, _ in 1 }, to: "masks/b.mha", in: folder)
        let scans = try open(folder, configuration("task: segmentation"))
        let error = #expect(throws: ScanError.self) { try scans.scan(.training, 0) }
        #expect(error?.code == .inconsistent && error?.message.contains("the scan's grid") == true)
    }

    @Test("without lists, seed and fraction divide the scans, the same way each time")
    func division() throws {
        let folder = try TemporaryDirectory()
        for name in ["e", "a", "d", "c", "b"] { try write({ _, _, _ in 0 }, to: "\(name).mha", in: folder) }
        try write("scan_id,coord_x,coord_y,coord_z,diameter_mm\n", to: "annotations.csv", in: folder)
        func names(fraction: Double, seed: UInt64) throws -> [[String]] {
            let scans = try open(folder, configuration("task: detection, val_fraction: \(fraction)"), seed: seed)
            return try ScanSplit.allCases.map { split in
                try (0..<scans.scanCount(of: split)).map { try scans.scan(split, $0).name }
            }
        }
        let divided = try names(fraction: 0.4, seed: 1)
        #expect(divided.map(\.count) == [3, 2])
        #expect(divided.joined().sorted() == ["a", "b", "c", "d", "e"])
        #expect(try names(fraction: 0.4, seed: 1) == divided)
        #expect(Set(try (0..<20).map { try names(fraction: 0.4, seed: $0)[1] }).count > 3)
        #expect(try names(fraction: 0.01, seed: 1)[1].count == 1)
        #expect(try names(fraction: 0.99, seed: 1)[0].count == 1)
        for name in ["a", "b", "c", "d"] {
            try FileManager.default.removeItem(at: folder.url.appending(path: "scans/\(name).mha"))
        }
        let error = #expect(throws: ScanError.self) { try names(fraction: 0.5, seed: 1) }
        #expect(error?.message.contains("at least two") == true)
    }

    @Test("the window of percentiles spans the scan's own intensities")
    func percentiles() throws {
        let folder = try detectionFolder()
        let configuration = try TrainingConfiguration(
            resolving: ConfigurationSource(
                yaml: """
                    data: {type: folder, directory: scans, task: detection}
                    preprocessing: {target_spacing: [2, 1, 1], window: percentile, percentiles: [0, 50]}
                    """))
        let scan = try open(folder, configuration).scan(.training, 0)
        let sorted = scan.volume.values.sorted()
        #expect(sorted[0] == 0 && sorted[959] == 1)
        // Half of the voxels are cut off above, and the others are spread over 0 … 1 as their intensities are.
        #expect(abs(sorted.count { $0 >= 0.999 } - 480) <= 24)
        #expect(abs(sorted[240] - 0.5) < 0.1)
        #expect(try open(folder, configuration).scan(.validation, 0).volume.values.allSatisfy { $0 == 0 })
    }

    @Test("the digest changes with any voxel, list, table or way of preparing, and with nothing else")
    func digests() throws {
        let folder = try detectionFolder()
        func digest(_ data: String = "task: detection", spacing: String = "[1, 1, 1]") throws -> String {
            try open(folder, configuration(data, spacing: spacing)).digest().description
        }
        let first = try digest()
        #expect(try digest() == first)
        try write("unused", to: "notes.txt", in: folder)
        try write({ _, _, _ in 5 }, to: "unlisted.mha", in: folder)
        #expect(try digest() == first)
        #expect(try digest("task: detection, cache_mb: 7") == first)
        var seen = [first]
        func expectAnother(_ digest: String) {
            #expect(!seen.contains(digest))
            seen.append(digest)
        }
        expectAnother(try digest(spacing: "[1, 1, 2]"))
        try write({ z, y, x in z + y + x == 0 ? -999 : -1000 }, to: "b.mha", in: folder)
        expectAnother(try digest())
        try write("a\nb\n", to: "splits/train.txt", in: folder)
        expectAnother(try digest())
        try write(
            "scan_id,coord_x,coord_y,coord_z,diameter_mm\na,15,24,36,4.5\n", to: "annotations.csv", in: folder)
        expectAnother(try digest())
    }

    @Test("a mask of another size than its scan is refused by name")
    func otherSize() throws {
        let folder = try detectionFolder()
        try write({ _, _, _ in 0 }, to: "masks/a.mha", in: folder, depth: 7)
        try write({ _, _, _ in 0 }, to: "masks/b.mha", in: folder)
        let scans = try open(folder, configuration("task: segmentation"))
        let error = #expect(throws: ScanError.self) { try scans.scan(.training, 0) }
        #expect(error?.code == .inconsistent)
        #expect(error?.file == "a.mha")
    }

    @Test("a spacing that asks for too many voxels is refused")
    func tooFine() throws {
        let folder = try detectionFolder()
        let scans = try open(folder, configuration("task: detection", spacing: "[0.001, 0.001, 0.001]"))
        let error = #expect(throws: ScanError.self) { try scans.scan(.training, 0) }
        #expect(error?.code == .tooLarge)
    }
}
