import Foundation
import Scans
import TestSupport
import Testing
import TrainingConfiguration

/// The fields of MetaImages that change which numbers the voxels are, or where they lie.
@Suite("Fields of MetaImages")
struct MetaImageTests {
    private static let values: [Int16] = [0, 1, -1000, 258, 32_767, -32_768, 7, 8]
    private static let geometry = "NDims = 3\nDimSize = 2 2 2\nElementSpacing = 1 1 1\n"

    private func bytes<Number: FixedWidthInteger>(_ values: [Number], isBigEndian: Bool = false) -> [UInt8] {
        values.flatMap { value in
            withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
        }
    }

    private func image(
        _ fields: String, _ voxels: [UInt8], type: String = "MET_SHORT", isLocal: Bool = false
    ) throws -> ScanImage {
        let folder = try TemporaryDirectory()
        let header =
            "\(Self.geometry)\(fields)ElementType = \(type)\nElementDataFile = \(isLocal ? "LOCAL" : "x.raw")\n"
        let file = folder.url.appending(path: isLocal ? "x.mha" : "x.mhd")
        try Data(Array(header.utf8) + (isLocal ? voxels : [])).write(to: file)
        if !isLocal { try Data(voxels).write(to: folder.url.appending(path: "x.raw")) }
        #expect(try ScanFile.geometry(at: file) == ScanFile.image(at: file).geometry)
        return try ScanFile.image(at: file)
    }

    @Test(
        "flags are true when they begin as MetaIO's do",
        arguments: ["True", "true", "T", "1"], ["BinaryDataByteOrderMSB", "ElementByteOrderMSB"])
    func bigEndian(text: String, field: String) throws {
        let image = try image("\(field) = \(text)\n", bytes(Self.values, isBigEndian: true))
        #expect(image.volume.values == Self.values.map(Float.init))
    }

    @Test("a header of so many bytes goes before the voxels, or they are the last bytes of the file")
    func headerSize() throws {
        let padding = [UInt8](repeating: 0xAB, count: 131)
        for isLocal in [false, true] {
            let last = try image("HeaderSize = -1\n", padding + bytes(Self.values), isLocal: isLocal)
            #expect(last.volume.values == Self.values.map(Float.init))
            #expect(last.warnings.isEmpty)
        }
        let offset = try image("HeaderSize = 131\n", padding + bytes(Self.values))
        #expect(offset.volume.values == Self.values.map(Float.init))
        let none = try image("HeaderSize = 0\n", bytes(Self.values))
        #expect(none.volume.values == Self.values.map(Float.init))
    }

    @Test("numbers as text are read, whatever blanks are between them")
    func text() throws {
        let text = Self.values.map(String.init).joined(separator: " \n\t")
        let image = try image("BinaryData = False\n", Array(text.utf8))
        #expect(image.volume.values == Self.values.map(Float.init))
        let floats = try self.image("BinaryData = F\n", Array("1 2.5 -3e2 4 5 6 7 8.0\n".utf8), type: "MET_FLOAT")
        #expect(floats.volume.values == [1, 2.5, -300, 4, 5, 6, 7, 8])
    }

    @Test("integers of 64 bits are read when float32 holds them exactly")
    func wideIntegers() throws {
        let values: [Int64] = [0, 1, -5, 16_777_216, -16_777_216, 1 << 40, 7, 8]
        #expect(try image("", bytes(values), type: "MET_LONG_LONG").volume.values == values.map(Float.init))
        #expect(
            try image("", bytes(values.map { UInt64($0.magnitude) }), type: "MET_ULONG_LONG").volume.values
                == values.map { Float($0.magnitude) })
        let narrow = Self.values.map(Int32.init)
        #expect(try image("", bytes(narrow), type: "MET_LONG").volume.values == narrow.map(Float.init))
    }

    @Test("places are in the unit that is named", arguments: [("mm", 1.0), ("um", 0.001), ("cm", 10)])
    func units(unit: String, scale: Double) throws {
        let image = try image("DistanceUnits = \(unit)\nOffset = 1 2 3\n", bytes(Self.values))
        #expect(image.placement.origin == scale * SIMD3(1, 2, 3))
        #expect(image.placement.spacing == SIMD3(repeating: scale))
    }

    @Test(
        "what is not honoured is refused by its name",
        arguments: [
            ("BinaryDataByteOrderMSB = Yes\n", "BinaryDataByteOrderMSB"),
            ("BinaryDataByteOrderMSB = True\nElementByteOrderMSB = False\n", "ElementByteOrderMSB"),
            ("HeaderSize = -2\n", "HeaderSize"), ("HeaderSize = many\n", "HeaderSize"),
            ("HeaderSize = 5\nCompressedData = True\n", "HeaderSize"),
            ("BinaryData = False\nCompressedData = True\n", "BinaryData"), ("DistanceUnits = inch\n", "DistanceUnits"),
            ("ElementToIntensityFunctionSlope = 2\n", "ElementToIntensityFunctionSlope"),
            ("ElementToIntensityFunctionOffset = -1024\n", "ElementToIntensityFunctionOffset"),
            ("ElementNumberOfChannels = 3\n", "ElementNumberOfChannels"),
        ])
    func refused(fields: String, name: String) throws {
        let error = #expect(throws: ScanError.self) { try image(fields, bytes(Self.values)) }
        #expect(error?.file == "x.mhd" && error?.message.contains(name) == true, "\(error?.description ?? "")")
    }

    @Test("a number that does not fit is refused with its place")
    func misfits() throws {
        var wide: [Int64] = [0, 1, 2, 3, 4, 5, 6, 7]
        wide[5] = 16_777_217
        let cases: [(String, [UInt8], String)] = [
            ("", bytes(wide), "MET_LONG_LONG"), ("", bytes(wide.map { Int32($0) }), "MET_INT"),
            ("BinaryData = False\n", Array("0 1 2 3 4 70000 6 7".utf8), "MET_SHORT"),
            ("BinaryData = False\n", Array("0 1 2 3 4 5.5 6 7".utf8), "MET_SHORT"),
            ("BinaryData = False\n", Array("0 1 2 3 4 x 6 7".utf8), "MET_FLOAT"),
            ("", bytes([0, 1, 2, 3, 4, 1e300, 6, 7].map(\.bitPattern)), "MET_DOUBLE"),
        ]
        for (fields, voxels, type) in cases {
            let error = #expect(throws: ScanError.self) { try image(fields, voxels, type: type) }
            #expect(error?.file == "x.raw" && error?.message.contains("voxel 5") == true, "\(error?.description ?? "")")
        }
        let error = #expect(throws: ScanError.self) { try image("BinaryData = False\n", Array("1 2 3".utf8)) }
        #expect(error?.message.contains("3 numbers") == true)
    }

    @Test("bytes that no field accounts for are warned of")
    func surplus() throws {
        let image = try image("", bytes(Self.values) + [1, 2, 3])
        #expect(image.volume.values == Self.values.map(Float.init))
        #expect(image.warnings.count == 1 && image.warnings[0].hasPrefix("x.raw: it has 3 bytes more"))
    }
}
