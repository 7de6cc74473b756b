import Foundation
import Scans
import TestSupport
import Testing
import TrainingConfiguration

@Suite("A folder of scans")
struct ScanFolderTests {
    private func open(
        _ folder: TemporaryDirectory, _ data: String = "directory: scans", order: (Int) -> [Int] = { Array(0..<$0) }
    ) throws -> ScanFolder {
        let configuration = try TrainingConfiguration(
            resolving: ConfigurationSource(yaml: "data: {type: folder, \(data)}"))
        guard case .folder(let settings)? = configuration.data else { preconditionFailure("the type is folder") }
        return try ScanFolder(settings, relativeTo: folder.url, order: order)
    }

    private func write(_ text: String, to name: String, in folder: TemporaryDirectory) throws {
        let file = folder.url.appending(path: "scans/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    /// A folder of two scans, of which nobody reads the voxels here.
    private func folder() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try write("", to: "a.mha", in: folder)
        try write("", to: "b.nii", in: folder)
        try write("# the first\na\n\n", to: "splits/train.txt", in: folder)
        try write("b # without nodules\na\n", to: "splits/val.txt", in: folder)
        try write(
            "scan_id,coord_x,coord_y,coord_z,diameter_mm\na,15,24,36,4\n\"a\", 12, 22, 42, 5.5\n",
            to: "annotations.csv", in: folder)
        return folder
    }

    @Test("the lists name the scans of each part, and the table their nodules")
    func entries() throws {
        let folder = try folder()
        let scans = try open(folder)
        #expect(scans.splits[.training]?.map(\.name) == ["a"])
        #expect(scans.splits[.validation]?.map(\.name) == ["b", "a"])
        #expect(scans.sharedNames == ["a"])
        let nodules = try #require(scans.splits[.training]?.first?.nodules)
        #expect(nodules.map(\.place) == [SIMD3(15, 24, 36), SIMD3(12, 22, 42)])
        #expect(nodules.map(\.diameter) == [4, 5.5])
        #expect(scans.splits[.validation]?.first?.nodules.isEmpty == true)
        try write("unlisted", to: "c.mha", in: folder)
        #expect(
            try scans.files().map(\.name).sorted()
                == ["a.mha", "annotations.csv", "b.nii", "splits/train.txt", "splits/val.txt"])
    }

    @Test("without lists, the first scans of the order given are validated on")
    func division() throws {
        let folder = try TemporaryDirectory()
        for name in ["e", "a", "d", "c", "b"] { try write("", to: "\(name).mha", in: folder) }
        try write("scan_id,coord_x,coord_y,coord_z,diameter_mm\n", to: "annotations.csv", in: folder)
        let scans = try open(folder, "directory: scans, val_fraction: 0.4") { count in
            #expect(count == 5)
            return [4, 0, 1, 2, 3]
        }
        #expect(scans.splits[.validation]?.map(\.name) == ["a", "e"])
        #expect(scans.splits[.training]?.map(\.name) == ["b", "c", "d"])
    }

    @Test("folders of training and validation scans are the parts, and hidden files are none")
    func subfolders() throws {
        let folder = try TemporaryDirectory()
        for name in ["train/b.mha", "train/a.nii.gz", "train/._a.nii", "val/c.mha", "val/.DS_Store", "d.mha"] {
            try write("", to: name, in: folder)
        }
        try write("scan_id,coord_x,coord_y,coord_z,diameter_mm\n", to: "annotations.csv", in: folder)
        let scans = try open(folder)
        #expect(scans.splits[.training]?.map(\.name) == ["a", "b"])
        #expect(scans.splits[.validation]?.map(\.name) == ["c"])
        #expect(try scans.files().map(\.name).contains("train/b.mha"))
    }

    @Test("files of other kinds are named when there is nothing else")
    func otherKinds() throws {
        let folder = try TemporaryDirectory()
        try write("", to: "train/a.npz", in: folder)
        try write("", to: "val/a.npz", in: folder)
        try write("scan_id,coord_x,coord_y,coord_z,diameter_mm\n", to: "annotations.csv", in: folder)
        var error = #expect(throws: ScanError.self) { try open(folder) }
        #expect(error?.message.contains("a.npz") == true)
        try write("a\n", to: "splits/train.txt", in: folder)
        try write("a\n", to: "splits/val.txt", in: folder)
        try write("", to: "a.npz", in: folder)
        error = #expect(throws: ScanError.self) { try open(folder) }
        #expect(error?.code == .unsupported && error?.file == "a.npz")
    }

    @Test("a folder of an example that was not fetched names the command that fetches it")
    func notFetched() throws {
        let error = #expect(throws: ScanError.self) {
            try open(TemporaryDirectory(), "directory: .build/data/mri-tissue")
        }
        #expect(error?.message.contains("tools/fetch-data mri-tissue") == true)
    }

    @Test("what does not fit together is refused by name")
    func refusals() throws {
        func expectRefusal(
            _ code: ScanError.Code, _ file: String, task: String = "detection",
            _ change: (TemporaryDirectory) throws -> Void
        ) throws {
            let folder = try folder()
            try change(folder)
            let error = #expect(throws: ScanError.self) { try open(folder, "directory: scans, task: \(task)") }
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
    }
}
