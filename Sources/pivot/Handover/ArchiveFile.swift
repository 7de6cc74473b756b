import Foundation
import Tracking
import TrackingClient

/// A file of an archive while it is written.
struct ArchiveFile {
    private let path: String
    private let file: LocalFile
    private var pending: [UInt8] = []
    private var byteCount: Int64 = 0
    private var hasher = Digest.Hasher()

    private static let pieceByteCount = 1 << 20

    /// - Parameter path: Within `folder`.
    init(_ folder: String, _ path: String) throws {
        self.path = path
        let target = folder + "/" + path
        try FileManager.default.createDirectory(
            atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        file = try LocalFile(target, flags: O_WRONLY | O_CREAT | O_EXCL)
    }

    mutating func write(_ bytes: [UInt8]) throws(ClientError) {
        hasher.update(bytes)
        byteCount += Int64(bytes.count)
        pending += bytes
        guard pending.count >= Self.pieceByteCount else { return }
        try file.write(pending)
        pending.removeAll(keepingCapacity: true)
    }

    /// Returns when the file is on disk.
    mutating func finish() throws(ClientError) -> ArchiveManifest.File {
        try file.write(pending)
        pending = []
        try file.synchronize()
        return ArchiveManifest.File(path: path, byteCount: byteCount, digest: hasher.finalize())
    }
}
