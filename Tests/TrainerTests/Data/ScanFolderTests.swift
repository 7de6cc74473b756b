import Foundation
import Testing
import Trainer
import TrainingConfiguration

@Suite("A folder of scans")
struct ScanFolderTests {
    private func configuration(_ data: String, spacing: String = "[1, 1, 1]") throws -> TrainingConfiguration {
        try TrainingConfiguration(
            resolving: ConfigurationSource(
                yaml: "data: {type: folder, directory: scans, \(data)}\npreprocessing: {target_spacing: \(spacing)}"))
    }

    private func open(_ folder: TemporaryFolder, _ configuration: TrainingConfiguration) throws -> ScanFolder {
        guard case .folder(let settings)? = configuration.data else { preconditionFailure("the type is folder") }
        return try ScanFolder(settings, try #require(configuration.preprocessing), relativeTo: folder.url)
    }

    /// Writes a MetaImage of shorts with 2 mm between its voxels in depth and 1 mm elsewhere, at (10, 20, 30).
    private func write(_ values: (Int, Int, Int) -> Int16, to name: String, in folder: TemporaryFolder, depth: Int = 8)
        throws
    {
        var bytes = Data(
            """
            NDims = 3
            DimSize = 12 10 \(depth)
            ElementSpacing = 1 1 2
            Offset = 10 20 30
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

    private func write(_ text: String, to name: String, in folder: TemporaryFolder) throws {
        let file = folder.url.appending(path: "scans/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private func detectionFolder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
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
    }

    @Test("masks become targets, and their parts become places to cut patches around")
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
        #expect(scan.nodules.count == 1)
        #expect(scan.nodules[0].depth == 3 && scan.nodules[0].height == 4 && scan.nodules[0].width == 7)
        #expect(abs(scan.nodules[0].radius - 1.8612) < 1e-3)
        #expect(try scans.scan(.validation, 0).nodules.isEmpty)
    }

    @Test("what does not fit together is refused by name")
    func refusals() throws {
        func expectRefusal(
            _ code: ScanError.Code, _ file: String, task: String = "detection",
            _ change: (TemporaryFolder) throws -> Void
        ) throws {
            let folder = try detectionFolder()
            try change(folder)
            let configuration = try configuration("task: \(task)")
            let error = #expect(throws: ScanError.self) {
                let scans = try open(folder, configuration)
                _ = try scans.scan(.training, 0)
            }
            #expect(error?.code == code)
            #expect(error?.file == file)
        }
        try expectRefusal(.unreadable, "annotations.csv") {
            try FileManager.default.removeItem(at: $0.url.appending(path: "scans/annotations.csv"))
        }
        try expectRefusal(.unreadable, "val.txt") {
            try FileManager.default.removeItem(at: $0.url.appending(path: "scans/splits/val.txt"))
        }
        try expectRefusal(.inconsistent, "train.txt") { try write("a\nmissing\n", to: "splits/train.txt", in: $0) }
        try expectRefusal(.inconsistent, "train.txt") { try write("../a\n", to: "splits/train.txt", in: $0) }
        try expectRefusal(.inconsistent, "train.txt") { try write("# none\n", to: "splits/train.txt", in: $0) }
        try expectRefusal(.malformed, "annotations.csv") { try write("", to: "annotations.csv", in: $0) }
        try expectRefusal(.malformed, "annotations.csv") { try write("scan_id,x,y,z\n", to: "annotations.csv", in: $0) }
        try expectRefusal(.malformed, "annotations.csv") {
            try write("scan_id,coord_x,coord_y,coord_z,diameter_mm\na,1,2,3\n", to: "annotations.csv", in: $0)
        }
        try expectRefusal(.malformed, "annotations.csv") {
            try write("scan_id,coord_x,coord_y,coord_z,diameter_mm\na,1,2,3,-1\n", to: "annotations.csv", in: $0)
        }
        try expectRefusal(.inconsistent, "train.txt", task: "segmentation") { _ in }
        try expectRefusal(.inconsistent, "a.mha", task: "segmentation") {
            try write({ _, _, _ in 0 }, to: "masks/a.mha", in: $0, depth: 7)
            try write({ _, _, _ in 0 }, to: "masks/b.mha", in: $0)
        }
    }

    @Test("a spacing that asks for too many voxels is refused")
    func tooFine() throws {
        let folder = try detectionFolder()
        let scans = try open(folder, configuration("task: detection", spacing: "[0.001, 0.001, 0.001]"))
        let error = #expect(throws: ScanError.self) { try scans.scan(.training, 0) }
        #expect(error?.code == .tooLarge)
    }
}
