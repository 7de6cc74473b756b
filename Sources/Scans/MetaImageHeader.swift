import Foundation
import TrainingConfiguration

/// The text part of a MetaImage (`.mhd`, or the beginning of `.mha`).
///
/// Every field that changes which numbers the voxels are or where they lie is honoured or refused by its name, as MetaIO reads
/// it: a flag is true when its text begins with T, t or 1.
struct MetaImageHeader {
    let size: VolumeSize
    let type: VoxelType
    let isBigEndian: Bool
    /// The form in which the voxels are stored.
    let encoding: Encoding
    let placement: VoxelPlacement
    /// The file of the voxels, beside this one; nil when they follow the header.
    let dataFile: String?
    /// The place of the voxels in their file.
    let start: Start

    enum Encoding: Equatable {
        case binary
        /// A zlib stream.
        case packed
        /// Numbers as text.
        case text
    }

    enum Start: Equatable {
        /// So many bytes from the beginning.
        case offset(Int)
        /// The voxels are the last bytes of the file.
        case end
    }

    /// Reads `Key = value` lines up to ElementDataFile, which is the last.
    init(_ bytes: [UInt8], file: String) throws(ScanError) {
        var fields = Fields(file: file)
        let byteCount = try fields.read(bytes)

        let sides = fields.integers("DimSize")
        guard fields["NDims"] == "3", sides.count == 3, (fields["ElementNumberOfChannels"] ?? "1") == "1" else {
            throw ScanError(
                .unsupported, file: file,
                "NDims, DimSize and ElementNumberOfChannels must give three dimensions and one channel")
        }
        size = try ScanImage.size(width: sides[0], height: sides[1], depth: sides[2], file: file)
        guard let type = Self.types[fields["ElementType"] ?? ""] else {
            throw ScanError(
                .unsupported, file: file,
                "ElementType is \(fields["ElementType"] ?? "missing"); it must be one of "
                    + Self.types.keys.sorted().joined(separator: ", "))
        }
        self.type = type
        isBigEndian = try fields.order()
        encoding = try fields.encoding()
        placement = try fields.placement()
        for (name, neutral) in [("ElementToIntensityFunctionSlope", 1.0), ("ElementToIntensityFunctionOffset", 0.0)] {
            guard let text = fields[name], Double(text) != neutral else { continue }
            throw ScanError(
                .unsupported, file: file, "\(name) is \(text); intensities must be stored as they are (\(neutral))")
        }

        let dataFile = fields["ElementDataFile"] ?? ""
        let isLocal = dataFile.uppercased() == "LOCAL"
        guard isLocal || Self.isPlainName(dataFile) else {
            throw ScanError(.unsupported, file: file, "ElementDataFile must be LOCAL or the name of one file beside it")
        }
        self.dataFile = isLocal ? nil : dataFile
        start = try fields.start(after: isLocal ? byteCount : 0, isBinary: encoding == .binary)
    }

    var geometry: ScanGeometry { ScanGeometry(size: size, placement: placement, world: .leftPosteriorSuperior) }

    /// The file of the voxels, for a header that is in `file`.
    func voxels(besides file: URL) -> URL {
        dataFile.map { file.deletingLastPathComponent().appending(path: $0) } ?? file
    }

    /// MetaIO gives MET_LONG four bytes wherever it runs.
    private static let types: [String: VoxelType] = [
        "MET_UCHAR": .uint8, "MET_CHAR": .int8, "MET_USHORT": .uint16, "MET_SHORT": .int16, "MET_UINT": .uint32,
        "MET_INT": .int32, "MET_ULONG": .uint32, "MET_LONG": .int32, "MET_ULONG_LONG": .uint64,
        "MET_LONG_LONG": .int64, "MET_FLOAT": .float32, "MET_DOUBLE": .float64,
    ]

    private static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix("LIST") && name != "." && name != ".." && !name.contains("/")
            && !name.contains("%")
            && !name.utf8.contains(0)
    }
}

extension MetaImageHeader {
    /// The lines of a header.
    private struct Fields {
        let file: String
        private var values: [String: String] = [:]

        init(file: String) { self.file = file }

        subscript(_ name: String) -> String? { values[name] }

        /// Reads the lines and returns the number of their bytes.
        mutating func read(_ bytes: [UInt8]) throws(ScanError) -> Int {
            var position = 0
            while values["ElementDataFile"] == nil {
                let line = bytes.dropFirst(position).prefix(4096).prefix { $0 != UInt8(ascii: "\n") }
                guard position < min(bytes.count, 65_536), line.count < 4096 else {
                    throw ScanError(.malformed, file: file, "its header does not end with ElementDataFile")
                }
                position += line.count + 1
                let text = Self.trimmed(Substring(String(decoding: line, as: UTF8.self)))
                if text.isEmpty { continue }
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else {
                    throw ScanError(.malformed, file: file, "its header has a line without '='")
                }
                values[Self.trimmed(parts[0])] = Self.trimmed(parts[1])
            }
            return min(position, bytes.count)
        }

        func integers(_ name: String) -> [Int] { words(name).compactMap { Int($0) } }

        private func words(_ name: String) -> [Substring] { (self[name] ?? "").split { $0 == " " || $0 == "\t" } }

        /// The values of the first of `names` that is there, else of `fallback`.
        private func numbers(_ names: String..., or fallback: [Double]) -> [Double] {
            guard let name = names.first(where: { self[$0] != nil }) else { return fallback }
            return words(name).compactMap { Double($0) }.filter(\.isFinite)
        }

        /// A flag; nil when it is not there.
        private func flag(_ name: String) throws(ScanError) -> Bool? {
            guard let text = self[name] else { return nil }
            switch text.lowercased() {
            case "true", "t", "1": return true
            case "false", "f", "0": return false
            default: throw ScanError(.malformed, file: file, "\(name) is \(text); it must be True or False")
            }
        }

        func order() throws(ScanError) -> Bool {
            let (binary, element) = (try flag("BinaryDataByteOrderMSB"), try flag("ElementByteOrderMSB"))
            if let binary, let element, binary != element {
                throw ScanError(
                    .malformed, file: file, "BinaryDataByteOrderMSB and ElementByteOrderMSB contradict each other")
            }
            return element ?? binary ?? false
        }

        func encoding() throws(ScanError) -> Encoding {
            let isPacked = try flag("CompressedData") ?? false
            guard try flag("BinaryData") == false else { return isPacked ? .packed : .binary }
            guard !isPacked else {
                throw ScanError(
                    .unsupported, file: file, "CompressedData is True and BinaryData False; text is not packed")
            }
            return .text
        }

        func start(after header: Int, isBinary: Bool) throws(ScanError) -> Start {
            guard let text = self["HeaderSize"] else { return .offset(header) }
            guard let count = Int(text), count >= -1 else {
                throw ScanError(.malformed, file: file, "HeaderSize is \(text); it must be a number of bytes, or -1")
            }
            if count == 0 { return .offset(header) }
            guard isBinary else {
                throw ScanError(
                    .unsupported, file: file, "HeaderSize is \(count), which is read for binary, unpacked voxels only")
            }
            return count == -1 ? .end : .offset(count)
        }

        func placement() throws(ScanError) -> VoxelPlacement {
            let scale = try millimetres()
            let spacing = numbers("ElementSpacing", "ElementSize", or: [1, 1, 1])
            let origin = numbers("Offset", "Position", "Origin", or: [0, 0, 0])
            let matrix = numbers("TransformMatrix", "Rotation", "Orientation", or: [1, 0, 0, 0, 1, 0, 0, 0, 1])
            guard spacing.count == 3, origin.count == 3, matrix.count == 9,
                let placement = VoxelPlacement(
                    origin: scale * SIMD3(origin[0], origin[1], origin[2]),
                    columns: (0..<3).map {
                        scale * spacing[$0] * SIMD3(matrix[3 * $0], matrix[3 * $0 + 1], matrix[3 * $0 + 2])
                    })
            else {
                throw ScanError(
                    .malformed, file: file,
                    "ElementSpacing, Offset and TransformMatrix must span three directions in mm (3, 3 and 9 numbers)")
            }
            return placement
        }

        /// The length of the unit in mm.
        private func millimetres() throws(ScanError) -> Double {
            switch self["DistanceUnits"] {
            case nil, "mm", "?", "": return 1
            case "um": return 0.001
            case "cm": return 10
            case let unit?:
                throw ScanError(.unsupported, file: file, "DistanceUnits is \(unit); it must be mm, um or cm")
            }
        }

        private static func trimmed(_ text: Substring) -> String {
            let spaces: Set<Character> = [" ", "\t", "\r", "\r\n"]
            let start = text.drop { spaces.contains($0) }
            return String(start.reversed().drop { spaces.contains($0) }.reversed())
        }
    }
}
