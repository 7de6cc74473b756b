import Application
import Blobs
import EventLog
import ExportFormats
import Foundation
import Tracking
import Transparency

/// A whole backup as a tar stream: groups of records, objects of blobs, and the manifest as the last file.
///
/// ```
/// log/00000000000000000001.records   a group of records by the position of its first one, as `LogGroup` encodes it
/// blobs/objects/ab/cdef…             an object of blobs
/// backup.json                        the manifest
/// ```
final class TarBackup: BackupTarget {
    static let manifestPath = "backup.json"
    static let logFolder = "log/"
    static let logEnding = ".records"
    static let objectFolder = "blobs/objects/"

    private let descriptor: Int32
    private let time: Timestamp
    private var chain = LogChain()
    private var objectCount = 0
    private var objectByteCount: Int64 = 0

    /// Writes to the open file `descriptor`; `time` is that of the files in it.
    init(to descriptor: Int32, time: Timestamp) {
        (self.descriptor, self.time) = (descriptor, time)
    }

    var tree: TreeHead { chain.tree }

    func isPrefix(of log: LogSource) -> Bool { true }

    func watch(_ size: UInt64) { chain.watch(size) }

    func tree(ofSize size: UInt64) -> TreeHead? { chain.tree(ofSize: size) }

    var lastRedaction: LogPosition { chain.lastRedaction }

    func append(_ group: LogGroup, from source: LogSource) throws {
        let first = "\(chain.head.next)"
        try chain.extend(by: group)
        let name = String(repeating: "0", count: max(0, 20 - first.count)) + first
        try write(group.encoded, at: Self.logFolder + name + Self.logEnding)
    }

    func lacks(_ digest: Digest, byteCount: Int64) -> Bool { true }

    func add(_ digest: Digest, _ file: ObjectFile) throws {
        let hex = digest.hex
        let path = Self.objectFolder + hex.prefix(2) + "/" + hex.dropFirst(2)
        try write(TarWriter.header(path, byteCount: file.byteCount, time: time))
        var written: Int64 = 0
        try file.forEachPiece { piece in
            try write(piece)
            written += Int64(piece.count)
        }
        guard written == file.byteCount else {
            throw CommandFailure(.failed, "The object \(hex) got shorter while it was read. Run `pivot doctor`.")
        }
        try write(TarWriter.padding(after: file.byteCount))
        objectCount += 1
        objectByteCount += file.byteCount
    }

    func objects() -> (count: Int, byteCount: Int64) { (objectCount, objectByteCount) }

    func finish(_ manifest: BackupManifest) throws {
        try write(manifest.encoded, at: Self.manifestPath)
        try write(TarWriter.end)
    }

    private func write(_ bytes: [UInt8], at path: String) throws {
        let byteCount = Int64(bytes.count)
        try write(TarWriter.header(path, byteCount: byteCount, time: time))
        try write(bytes)
        try write(TarWriter.padding(after: byteCount))
    }

    private func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            guard count >= 0 || errno == EINTR else {
                throw CommandFailure(
                    .failed,
                    "The backup could not be written: \(String(cString: strerror(errno))). What was written is no backup."
                )
            }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
