import Foundation
import JSON
import Testing
import Trainer
import TrainingConfiguration

@Suite("Reading scans from files")
struct ScanFileTests {
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    static let names = [
        "short.nii.gz", "float.nii", "scaled.nii", "bigendian.nii", "short.mha", "float.mhd", "packed.mhd",
    ]

    @Test("values and places are those that nibabel and SimpleITK tell", arguments: names)
    func reference(name: String) throws {
        let document = try JSONValue.parse(Array(Data(contentsOf: Self.fixtures.appending(path: "scans.json"))))
        let expected = try #require(document["scans"]?.arrayValue?.first { $0["name"]?.stringValue == name })
        let image = try ScanFile.image(at: Self.fixtures.appending(path: name))
        #expect(
            image.volume.size.elements == expected["size"]?.arrayValue?.compactMap { $0.integerValue.map { Int($0) } })
        let sum = image.volume.values.reduce(0) { $0 + Double($1) }
        #expect(abs(sum - (expected["sum"]?.doubleValue ?? .nan)) < 1e-2)
        for entry in try #require(expected["voxels"]?.arrayValue) {
            let voxel = try #require(entry["voxel"]?.arrayValue).compactMap { $0.integerValue.map { Int($0) } }
            let world = try #require(entry["world"]?.arrayValue).compactMap(\.doubleValue)
            #expect(Double(image.volume[voxel[0], voxel[1], voxel[2]]) == entry["value"]?.doubleValue)
            let found = image.placement.voxel(at: SIMD3(world[0], world[1], world[2]))
            #expect(abs(found.z - Double(voxel[0])) < 1e-4)
            #expect(abs(found.y - Double(voxel[1])) < 1e-4)
            #expect(abs(found.x - Double(voxel[2])) < 1e-4)
        }
    }

    @Test("a file that was cut or changed is read or refused, never worse", arguments: names)
    func damaged(name: String) throws {
        let folder = try TemporaryFolder()
        let bytes = try Array(Data(contentsOf: Self.fixtures.appending(path: name)))
        for data in ["float.raw", "packed.zraw"] {
            try Data(contentsOf: Self.fixtures.appending(path: data)).write(to: folder.url.appending(path: data))
        }
        let file = folder.url.appending(path: name)
        var state: UInt64 = 42
        func random(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        for round in 0..<200 {
            var changed = bytes
            if round % 4 == 0 {
                changed.removeLast(1 + random(below: changed.count))
            } else {
                for _ in 0...random(below: 4) {
                    // Headers are where damage hurts.
                    changed[random(below: min(changed.count, 400))] = UInt8(random(below: 256))
                }
            }
            try Data(changed).write(to: file)
            do throws(ScanError) {
                let image = try ScanFile.image(at: file)
                #expect(image.volume.values.count == image.volume.size.voxelCount)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }

    @Test("packed data with a wrong checksum are refused")
    func checksum() throws {
        let folder = try TemporaryFolder()
        var bytes = try Array(Data(contentsOf: Self.fixtures.appending(path: "short.nii.gz")))
        bytes[bytes.count - 6] ^= 1
        let file = folder.url.appending(path: "x.nii.gz")
        try Data(bytes).write(to: file)
        let error = #expect(throws: ScanError.self) { try ScanFile.image(at: file) }
        #expect(error?.message.contains("checksum") == true)
    }

    @Test(
        "headers that ask for the impossible are refused",
        arguments: [
            (
                "NDims = 2\nDimSize = 4 4\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n",
                ScanError.Code.unsupported
            ),
            ("NDims = 3\nDimSize = 4 4 0\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n", .malformed),
            ("NDims = 3\nDimSize = 4 4 -4\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n", .malformed),
            (
                "NDims = 3\nDimSize = 4000000000 4000000000 4000000000\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n",
                .tooLarge
            ),
            ("NDims = 3\nDimSize = 4 4 4\nElementType = MET_LONG_LONG\nElementDataFile = LOCAL\n", .unsupported),
            ("NDims = 3\nDimSize = 4 4 4\nElementType = MET_FLOAT\nElementDataFile = ../x.raw\n", .unsupported),
            ("NDims = 3\nDimSize = 4 4 4\nElementType = MET_FLOAT\nElementDataFile = LIST\n", .unsupported),
            ("NDims = 3\nDimSize = 4 4 4\nElementType = MET_FLOAT\nElementDataFile = missing.raw\n", .unreadable),
            ("NDims = 3\nDimSize = 4 4 4\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n", .malformed),
            ("NDims = 3\nDimSize = 4 4 4\nElementType = MET_FLOAT\n", .malformed),
            (
                "NDims = 3\nDimSize = 4 4 4\nElementSpacing = 1 0 1\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n",
                .malformed
            ),
            ("nothing", .malformed), ("", .malformed),
        ])
    func impossible(header: String, code: ScanError.Code) throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "x.mha")
        try Data(header.utf8).write(to: file)
        let error = #expect(throws: ScanError.self) { try ScanFile.image(at: file) }
        #expect(error?.code == code)
        #expect(error?.file == (code == .unreadable ? "missing.raw" : "x.mha"))
    }
}

/// A fresh folder that goes away with its owner.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "pivot-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(at: url) } catch { Issue.record(error) }
    }
}
