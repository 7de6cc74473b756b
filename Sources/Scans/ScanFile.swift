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
            let (bytes, hasTrailingBytes) = try unpacked(file, .gzip, from: 0, maximumByteCount: maximumByteCount)
            var image = try NIfTIReader.image(bytes, file: name)
            if hasTrailingBytes {
                image.warnings.append(
                    "\(name): bytes after the end of its gzip data were left out. Check that the file was copied whole."
                )
            }
            return image
        }
        return try MetaImageReader(header: header(of: file), file: file).image()
    }

    /// The size of the volume in a file, and where its voxels lie; only the beginning of the file is read.
    package static func geometry(at file: URL) throws(ScanError) -> ScanGeometry {
        let name = file.lastPathComponent
        if name.hasSuffix(".nii") { return try NIfTIReader.geometry(beginning(of: file), file: name) }
        if name.hasSuffix(".nii.gz") { return try NIfTIReader.geometry(unpackedBeginning(of: file), file: name) }
        return try header(of: file).geometry
    }

    /// The files that `image(at:)` reads for `file`: itself, and the one of its voxels if that is another.
    package static func parts(of file: URL) throws(ScanError) -> [URL] {
        guard file.lastPathComponent.hasSuffix(".mhd") else { return [file] }
        let source = try header(of: file).voxels(besides: file)
        return source == file ? [file] : [file, source]
    }

    private static func header(of file: URL) throws(ScanError) -> MetaImageHeader {
        try MetaImageHeader(beginning(of: file), file: file.lastPathComponent)
    }

    /// As many bytes as a header has at most.
    private static func beginning(of file: URL) throws(ScanError) -> [UInt8] {
        var start: [UInt8] = []
        let pieces = try FilePieces(of: file)
        while start.count < maximumHeaderByteCount, let piece = try pieces.next() {
            start += piece.prefix(maximumHeaderByteCount - start.count)
        }
        return start
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

    /// The unpacked bytes of a file, and whether bytes that belong to nothing follow them.
    static func unpacked(
        _ file: URL, _ format: ZlibDecompressor.Format, from start: Int, maximumByteCount: Int
    ) throws(ScanError) -> (bytes: [UInt8], hasTrailingBytes: Bool) {
        let decompressor = try unpacking(file) { () throws(ZlibError) in
            try ZlibDecompressor(format, maximumByteCount: maximumByteCount)
        }
        let pieces = try FilePieces(of: file, from: start)
        while let piece = try pieces.next() { try append(piece, to: decompressor, file) }
        let bytes = try unpacking(file) { () throws(ZlibError) in try decompressor.finish() }
        return (bytes, decompressor.hasTrailingBytes)
    }

    /// As many unpacked bytes as a header has at least, if there are so many.
    private static func unpackedBeginning(of file: URL) throws(ScanError) -> [UInt8] {
        let decompressor = try unpacking(file) { () throws(ZlibError) in
            try ZlibDecompressor(.gzip, maximumByteCount: maximumByteCount)
        }
        // Packed zeros unpack to a thousand times as much.
        try append(Array(beginning(of: file).prefix(4096)), to: decompressor, file)
        return decompressor.contentSoFar
    }

    private static func append(
        _ piece: [UInt8], to decompressor: ZlibDecompressor, _ file: URL
    ) throws(ScanError) {
        try unpacking(file) { () throws(ZlibError) in
            try piece.withUnsafeBufferPointer { piece throws(ZlibError) in
                try decompressor.append(UnsafeRawBufferPointer(piece))
            }
        }
    }

    /// The result of `body`; an error names the file.
    private static func unpacking<Result>(
        _ file: URL, _ body: () throws(ZlibError) -> Result
    ) throws(ScanError) -> Result {
        do throws(ZlibError) {
            return try body()
        } catch {
            let isTooLarge = if case .tooLarge = error { true } else { false }
            throw ScanError(isTooLarge ? .tooLarge : .malformed, file: file.lastPathComponent, "\(error)")
        }
    }
}
