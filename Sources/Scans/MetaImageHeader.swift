import TrainingConfiguration

/// The text part of a MetaImage (`.mhd`, or the beginning of `.mha`).
struct MetaImageHeader {
    let size: VolumeSize
    let type: VoxelType
    let isBigEndian: Bool
    /// True when the voxels are a zlib stream.
    let isCompressed: Bool
    let placement: VoxelPlacement
    /// The file of the voxels, beside this one; nil when they follow the header.
    let dataFile: String?
    /// The length of the header in bytes.
    let byteCount: Int

    /// Reads `Key = value` lines up to ElementDataFile, which is the last.
    init(_ bytes: [UInt8], file: String) throws(ScanError) {
        var values: [String: String] = [:]
        var position = 0
        while values["ElementDataFile"] == nil {
            let line = bytes.dropFirst(position).prefix(4096).prefix { $0 != UInt8(ascii: "\n") }
            guard !line.isEmpty, line.count < 4096, position < 65_536 else {
                throw ScanError(.malformed, file: file, "its header does not end with ElementDataFile")
            }
            position += line.count + 1
            let parts = String(decoding: line, as: UTF8.self).split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else {
                throw ScanError(.malformed, file: file, "its header has a line without '='")
            }
            values[Self.trimmed(parts[0])] = Self.trimmed(parts[1])
        }
        byteCount = min(position, bytes.count)

        let sides = Self.integers(values["DimSize"])
        guard values["NDims"] == "3", sides.count == 3, (values["ElementNumberOfChannels"] ?? "1") == "1" else {
            throw ScanError(
                .unsupported, file: file,
                "NDims, DimSize and ElementNumberOfChannels must give three dimensions and one channel")
        }
        size = try ScanImage.size(width: sides[0], height: sides[1], depth: sides[2], file: file)
        guard let type = Self.types[values["ElementType"] ?? ""] else {
            throw ScanError(
                .unsupported, file: file,
                "ElementType is \(values["ElementType"] ?? "missing"); it must be one of "
                    + Self.types.keys.sorted().joined(separator: ", "))
        }
        self.type = type
        let order = values["ElementByteOrderMSB"] ?? values["BinaryDataByteOrderMSB"] ?? "False"
        isBigEndian = order.lowercased() == "true"
        isCompressed = values["CompressedData"]?.lowercased() == "true"

        let spacing = Self.numbers(values["ElementSpacing"] ?? values["ElementSize"] ?? "1 1 1")
        let origin = Self.numbers(values["Offset"] ?? values["Position"] ?? values["Origin"] ?? "0 0 0")
        let matrix = Self.numbers(
            values["TransformMatrix"] ?? values["Rotation"] ?? values["Orientation"] ?? "1 0 0 0 1 0 0 0 1")
        guard spacing.count == 3, origin.count == 3, matrix.count == 9,
            let placement = VoxelPlacement(
                origin: SIMD3(origin[0], origin[1], origin[2]),
                columns: (0..<3).map { spacing[$0] * SIMD3(matrix[3 * $0], matrix[3 * $0 + 1], matrix[3 * $0 + 2]) })
        else {
            throw ScanError(
                .malformed, file: file,
                "ElementSpacing, Offset and TransformMatrix must span three directions in mm (3, 3 and 9 numbers)")
        }
        self.placement = placement

        let dataFile = values["ElementDataFile"] ?? ""
        guard dataFile == "LOCAL" || Self.isPlainName(dataFile) else {
            throw ScanError(.unsupported, file: file, "ElementDataFile must be LOCAL or the name of one file beside it")
        }
        self.dataFile = dataFile == "LOCAL" ? nil : dataFile
    }

    private static let types: [String: VoxelType] = [
        "MET_UCHAR": .uint8, "MET_CHAR": .int8, "MET_USHORT": .uint16, "MET_SHORT": .int16, "MET_UINT": .uint32,
        "MET_INT": .int32, "MET_FLOAT": .float32, "MET_DOUBLE": .float64,
    ]

    private static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && name != "LIST" && name != "." && name != ".." && !name.contains("/") && !name.contains("%")
            && !name.utf8.contains(0)
    }

    private static func trimmed(_ text: Substring) -> String {
        let spaces: Set<Character> = [" ", "\t", "\r", "\r\n"]
        let start = text.drop { spaces.contains($0) }
        return String(start.reversed().drop { spaces.contains($0) }.reversed())
    }

    private static func numbers(_ text: String?) -> [Double] {
        (text ?? "").split(separator: " ").compactMap { Double($0) }.filter(\.isFinite)
    }

    private static func integers(_ text: String?) -> [Int] { (text ?? "").split(separator: " ").compactMap { Int($0) } }
}
