import Foundation
import JSON
import Scans
import TestSupport
import Testing
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
        let folder = try TemporaryDirectory()
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

    /// A NIfTI file of 2 × 2 × 1 voxels (width first), whose fields at byte offsets can be changed.
    private func nifti(_ datatype: Int16, _ voxels: [UInt8], isBigEndian: Bool = false, _ changes: [Int: Int16] = [:])
        -> [UInt8]
    {
        var bytes = [UInt8](repeating: 0, count: 352)
        func put(_ value: some FixedWidthInteger, at offset: Int) {
            withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) {
                bytes.replaceSubrange(offset..<offset + $0.count, with: $0)
            }
        }
        put(Int32(348), at: 0)
        let dimensions: [Int16] = [3, 2, 2, 1]
        for (index, value) in dimensions.enumerated() { put(value, at: 40 + 2 * index) }
        put(datatype, at: 70)
        for index in 0..<4 { put(Float(1).bitPattern, at: 76 + 4 * index) }
        put(Float(352).bitPattern, at: 108)
        for (offset, value) in changes { put(value, at: offset) }
        bytes.replaceSubrange(344..<348, with: Array("n+1\0".utf8))
        return bytes + voxels
    }

    private func image(_ bytes: [UInt8], named name: String = "x.nii") throws -> ScanImage {
        let folder = try TemporaryDirectory()
        let file = folder.url.appending(path: name)
        try Data(bytes).write(to: file)
        return try ScanFile.image(at: file)
    }

    @Test("every type of voxels is read in either byte order", arguments: [false, true])
    func types(isBigEndian: Bool) throws {
        func bytes<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
            values.flatMap { value in
                withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
            }
        }
        let cases: [(Int16, [UInt8], [Float])] = [
            (2, [0, 1, 200, 255], [0, 1, 200, 255]),
            (256, [0, 1, 128, 255], [0, 1, -128, -1]),
            (4, bytes([Int16]([0, 1, -30_000, 32_767])), [0, 1, -30_000, 32_767]),
            (512, bytes([UInt16]([0, 1, 40_000, 65_535])), [0, 1, 40_000, 65_535]),
            (8, bytes([Int32]([0, 1, -70_000, 70_000])), [0, 1, -70_000, 70_000]),
            (768, bytes([UInt32]([0, 1, 3_000_000_000, 7])), [0, 1, 3_000_000_000, 7]),
            (16, bytes(([0, 1.5, -2.25, 1e9] as [Float]).map(\.bitPattern)), [0, 1.5, -2.25, 1e9]),
            (64, bytes(([0, 1.5, -2.25, 1e9] as [Double]).map(\.bitPattern)), [0, 1.5, -2.25, 1e9]),
            (1024, bytes([Int64]([0, -1, 1 << 40, 7])), [0, -1, 0x1p40, 7]),
            (1280, bytes([UInt64]([0, 1, 1 << 63, 7])), [0, 1, 0x1p63, 7]),
        ]
        for (datatype, voxels, expected) in cases {
            let image = try image(nifti(datatype, voxels, isBigEndian: isBigEndian))
            #expect(image.volume.values == expected, "datatype \(datatype)")
            #expect(image.volume.size == VolumeSize(depth: 1, height: 2, width: 2))
        }
    }

    @Test(
        "a malformed NIfTI file is refused with the field and what was expected",
        arguments: [
            ([40: 2], "dim[0]"), ([40: 4, 48: 5], "dim[0]"), ([70: 32], "datatype is 32"), ([44: 500], "vox_offset"),
            ([0: 540], "sizeof_hdr"), ([76: 0, 78: 0, 80: 0, 82: 0], "pixdim"),
        ])
    func fields(changes: [Int: Int16], field: String) throws {
        let error = #expect(throws: ScanError.self) { try image(nifti(2, [1, 2, 3, 4], changes)) }
        #expect(error?.file == "x.nii")
        #expect(error?.message.contains(field) == true, "\(error?.description ?? "")")
    }

    @Test(
        "places are in the unit that xyzt_units names",
        arguments: [(0, 1.0), (2, 1.0), (1, 1000), (3, 0.001), (10, 1.0)])
    func units(code: Int16, scale: Double) throws {
        // The byte of the units is the second of this 16-bit place.
        let image = try image(nifti(2, [1, 2, 3, 4], [122: code << 8]))
        #expect(simdLength(image.placement.columns[0]) == scale)
        let error = #expect(throws: ScanError.self) { try self.image(nifti(2, [1, 2, 3, 4], [122: 4 << 8])) }
        #expect(error?.message.contains("xyzt_units") == true)
    }

    private func simdLength(_ vector: SIMD3<Double>) -> Double { (vector * vector).sum().squareRoot() }

    @Test("members and padding of gzip are read as gzip reads them, and other bytes are warned of")
    func members() throws {
        let bytes = try Array(Data(contentsOf: Self.fixtures.appending(path: "short.nii.gz")))
        let whole = try image(bytes, named: "x.nii.gz")
        for padding in [1, 512, 3 << 20] {
            let padded = try image(bytes + [UInt8](repeating: 0, count: padding), named: "x.nii.gz")
            #expect(padded == whole)
        }
        for rest in [[1, 2, 3], [0, 0, 9], [0x1F, 0x8B], [0x1F, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]] as [[UInt8]] {
            let other = try? image(bytes + rest, named: "x.nii.gz")
            // Two bytes may be the beginning of a member that was cut off.
            if rest == [0x1F, 0x8B] { continue }
            #expect(other?.volume == whole.volume && other?.warnings.first?.hasPrefix("x.nii.gz: ") == true)
        }
    }

    @Test("a packed file that was cut anywhere is refused by name")
    func cut() throws {
        let bytes = try Array(Data(contentsOf: Self.fixtures.appending(path: "short.nii.gz")))
        for count in stride(from: 0, to: bytes.count, by: 97) {
            let error = #expect(throws: ScanError.self) { try image(Array(bytes.prefix(count)), named: "cut.nii.gz") }
            #expect(error?.code == .malformed && error?.file == "cut.nii.gz")
            #expect(error?.message.contains("end too soon") == true)
        }
    }

    @Test("packed data with a wrong checksum are refused")
    func checksum() throws {
        let folder = try TemporaryDirectory()
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
            ("NDims = 3\nDimSize = 4 4 4\nElementType = MET_LONG_LONG_ARRAY\nElementDataFile = LOCAL\n", .unsupported),
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
        let folder = try TemporaryDirectory()
        let file = folder.url.appending(path: "x.mha")
        try Data(header.utf8).write(to: file)
        let error = #expect(throws: ScanError.self) { try ScanFile.image(at: file) }
        #expect(error?.code == code)
        #expect(error?.file == (code == .unreadable ? "missing.raw" : "x.mha"))
    }
}
