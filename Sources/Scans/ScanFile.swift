import Compression
package import Foundation
import TrainingConfiguration

/// Reads one file of a volume by the format its name says.
///
/// A scan has at most `ScanImage.maximumVoxelCount` voxels (2²⁸, such as 1024 × 512 × 512) and a file at most eight bytes for
/// each, packed or not. Packed files are unpacked piece by piece, so that their packed bytes never lie in memory at once.
package enum ScanFile {
    /// The endings of names that are read.
    package static let suffixes = [".nii", ".nii.gz", ".mhd", ".mha"]
    /// The largest file, packed or not: the most voxels at eight bytes, and a header.
    static let maximumByteCount = ScanImage.maximumVoxelCount * 8 + (1 << 20)
    /// The largest header of a MetaImage.
    private static let maximumHeaderByteCount = 1 << 16

    /// The image of a file.
    package static func image(at file: URL) throws(ScanError) -> ScanImage {
        let name = file.lastPathComponent
        if name.hasSuffix(".nii") {
            return try NIfTIReader.image(bytes(of: file, maximumByteCount: maximumByteCount), file: name)
        }
        if name.hasSuffix(".nii.gz") {
            return try NIfTIReader.image(
                unpacked(file, .gzip, from: 0, maximumByteCount: maximumByteCount), file: name)
        }
        let header = try header(of: file)
        let (source, start) = voxels(of: header, at: file)
        let byteCount = header.size.voxelCount * header.type.byteCount
        let data =
            header.isCompressed
            ? try unpacked(source, .zlib, from: start, maximumByteCount: byteCount)
            : try bytes(of: source, from: start, maximumByteCount: maximumByteCount)
        guard data.count >= byteCount else {
            throw ScanError(
                .malformed, file: source.lastPathComponent,
                "it has \(data.count) bytes of voxels; DimSize and ElementType of \(name) need \(byteCount)")
        }
        let values = data.withUnsafeBytes {
            header.type.values(
                in: UnsafeRawBufferPointer(rebasing: $0[..<byteCount]), isBigEndian: header.isBigEndian)
        }
        return ScanImage(
            volume: Volume(size: header.size, values: values), placement: header.placement,
            // MetaImages count y from front to back and z upwards.
            isUpsideDown: ScanImage.isUpsideDown(header.placement, backIsPositive: true))
    }

    /// The files that `image(at:)` reads for `file`: itself, and the one of its voxels if that is another.
    package static func parts(of file: URL) throws(ScanError) -> [URL] {
        guard file.lastPathComponent.hasSuffix(".mhd") else { return [file] }
        let (source, _) = voxels(of: try header(of: file), at: file)
        return source == file ? [file] : [file, source]
    }

    private static func header(of file: URL) throws(ScanError) -> MetaImageHeader {
        var start: [UInt8] = []
        let pieces = try FilePieces(of: file)
        while start.count < maximumHeaderByteCount, let piece = try pieces.next() {
            start += piece.prefix(maximumHeaderByteCount - start.count)
        }
        return try MetaImageHeader(start, file: file.lastPathComponent)
    }

    /// The file of a MetaImage's voxels and where they begin in it.
    private static func voxels(of header: MetaImageHeader, at file: URL) -> (file: URL, start: Int) {
        guard let dataFile = header.dataFile else { return (file, header.byteCount) }
        return (file.deletingLastPathComponent().appending(path: dataFile), 0)
    }

    /// All bytes of a file from `start` on.
    static func bytes(of file: URL, from start: Int = 0, maximumByteCount: Int) throws(ScanError) -> [UInt8] {
        var bytes: [UInt8] = []
        let pieces = try FilePieces(of: file, from: start)
        while let piece = try pieces.next() {
            guard bytes.count + piece.count <= maximumByteCount else {
                throw ScanError(
                    .tooLarge, file: file.lastPathComponent,
                    "it has more than \(maximumByteCount) bytes, which is the limit")
            }
            bytes += piece
        }
        return bytes
    }

    private static func unpacked(
        _ file: URL, _ format: ZlibDecompressor.Format, from start: Int, maximumByteCount: Int
    ) throws(ScanError) -> [UInt8] {
        func unpack<Result>(_ body: () throws(ZlibError) -> Result) throws(ScanError) -> Result {
            do throws(ZlibError) {
                return try body()
            } catch {
                let isTooLarge = if case .tooLarge = error { true } else { false }
                throw ScanError(isTooLarge ? .tooLarge : .malformed, file: file.lastPathComponent, "\(error)")
            }
        }
        let decompressor = try unpack { () throws(ZlibError) in
            try ZlibDecompressor(format, maximumByteCount: maximumByteCount)
        }
        let pieces = try FilePieces(of: file, from: start)
        while let piece = try pieces.next() {
            try unpack { () throws(ZlibError) in
                try piece.withUnsafeBufferPointer { piece throws(ZlibError) in
                    try decompressor.append(UnsafeRawBufferPointer(piece))
                }
            }
        }
        return try unpack { () throws(ZlibError) in try decompressor.finish() }
    }
}
