import Compression
import Foundation
import TrainingConfiguration

/// Reads the voxels of a MetaImage, as its header says.
struct MetaImageReader {
    let header: MetaImageHeader
    /// The file with the header.
    let file: URL

    /// The image.
    func image() throws(ScanError) -> ScanImage {
        let bytes = try stored()
        let values: [Float]
        do throws(VoxelFault) {
            values =
                header.encoding == .text
                ? try header.type.values(inText: bytes, count: header.size.voxelCount)
                : try bytes.withUnsafeBufferPointer { bytes throws(VoxelFault) in
                    try header.type.values(
                        in: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes.prefix(byteCount))),
                        isBigEndian: header.isBigEndian)
                }
        } catch {
            throw ScanError(
                .unsupported, file: source.lastPathComponent,
                "\(error.description) (ElementType of \(name)); store the voxels as MET_FLOAT or as a smaller integer")
        }
        guard values.count == header.size.voxelCount else {
            let found = header.encoding == .text ? "\(values.count) numbers" : "\(bytes.count) bytes of voxels"
            let needed = header.encoding == .text ? header.size.voxelCount : byteCount
            let place =
                if case .offset(let start) = header.start, start > 0 { " from byte \(start) on (HeaderSize)" } else {
                    ""
                }
            throw ScanError(
                .malformed, file: source.lastPathComponent,
                "it has \(found)\(place); DimSize and ElementType of \(name) need \(needed)")
        }
        var image = ScanImage(
            volume: Volume(size: header.size, values: values), geometry: header.geometry)
        if header.encoding == .binary, bytes.count > byteCount {
            image.warnings.append(
                "\(source.lastPathComponent): it has \(bytes.count - byteCount) bytes more than DimSize and ElementType of "
                    + "\(name) need; they were left out. Check HeaderSize and DimSize.")
        }
        return image
    }

    private var name: String { file.lastPathComponent }
    private var source: URL { header.voxels(besides: file) }
    private var byteCount: Int { header.size.voxelCount * header.type.byteCount }

    /// The bytes of the voxels, unpacked; there may be too few or too many.
    private func stored() throws(ScanError) -> [UInt8] {
        switch header.start {
        case .offset(let start) where header.encoding == .packed:
            return try ScanFile.unpacked(source, .zlib, from: start, maximumByteCount: byteCount).bytes
        case .offset(let start):
            return try ScanFile.bytes(of: source, from: start, maximumByteCount: ScanFile.maximumByteCount)
        case .end:
            let bytes = try ScanFile.bytes(of: source, maximumByteCount: ScanFile.maximumByteCount)
            return Array(bytes.suffix(byteCount))
        }
    }
}
