package import Foundation
import TrainingConfiguration

/// Reads one file of a volume by the format its name says.
package enum ScanFile {
    /// The endings of names that are read.
    package static let suffixes = [".nii", ".nii.gz", ".mhd", ".mha"]
    /// The largest file, packed or not: the most voxels at eight bytes, and a header.
    static let maximumByteCount = ScanImage.maximumVoxelCount * 8 + (1 << 20)

    /// The image of a file.
    package static func image(at file: URL) throws(ScanError) -> ScanImage {
        let name = file.lastPathComponent
        let bytes = try bytes(of: file, maximumByteCount: maximumByteCount)
        if name.hasSuffix(".nii") { return try NIfTIReader.image(bytes, file: name) }
        if name.hasSuffix(".nii.gz") {
            return try NIfTIReader.image(
                try unpacked(name) { () throws(Inflate.Failure) in
                    try Inflate.gzip(bytes, maximumByteCount: maximumByteCount)
                }, file: name)
        }
        let header = try MetaImageHeader(bytes, file: name)
        var data: [UInt8]
        if let dataFile = header.dataFile {
            data = try Self.bytes(
                of: file.deletingLastPathComponent().appending(path: dataFile), maximumByteCount: maximumByteCount)
        } else {
            data = Array(bytes[header.byteCount...])
        }
        let byteCount = header.size.voxelCount * header.type.byteCount
        if header.isCompressed {
            let packed = data
            data = try unpacked(name) { () throws(Inflate.Failure) in
                try Inflate.zlib(packed, maximumByteCount: byteCount)
            }
        }
        guard data.count >= byteCount else {
            throw ScanError(.malformed, file: name, "\(data.count) bytes of voxels; \(byteCount) are needed")
        }
        let values = data.withUnsafeBytes {
            header.type.values(
                in: UnsafeRawBufferPointer(rebasing: $0[..<byteCount]), isBigEndian: header.isBigEndian)
        }
        return ScanImage(volume: Volume(size: header.size, values: values), placement: header.placement)
    }

    /// All bytes of a file.
    static func bytes(of file: URL, maximumByteCount: Int) throws(ScanError) -> [UInt8] {
        let name = file.lastPathComponent
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path(percentEncoded: false))
            let byteCount = (attributes[.size] as? NSNumber)?.intValue ?? 0
            guard byteCount <= maximumByteCount else {
                throw ScanError(.tooLarge, file: name, "\(byteCount) bytes; at most \(maximumByteCount) are read")
            }
            return Array(try Data(contentsOf: file))
        } catch let error as ScanError {
            throw error
        } catch {
            throw ScanError(.unreadable, file: name, "the file cannot be read: \(error.localizedDescription)")
        }
    }

    private static func unpacked(
        _ name: String, _ body: () throws(Inflate.Failure) -> [UInt8]
    ) throws(ScanError) -> [UInt8] {
        do {
            return try body()
        } catch {
            switch error {
            case .tooLong: throw ScanError(.tooLarge, file: name, "it unpacks to more than it may")
            case .truncated: throw ScanError(.malformed, file: name, "its packed data end too soon")
            case .malformed: throw ScanError(.malformed, file: name, "its packed data are damaged")
            case .wrongChecksum: throw ScanError(.malformed, file: name, "its packed data do not match their checksum")
            }
        }
    }
}
