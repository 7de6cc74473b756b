import Foundation
import TrackingClient

/// A file that has its name only once it is whole and on disk; until then it stands beside it as `….part`.
struct OutputFile {
    let path: String
    private(set) var byteCount: Int64 = 0
    private let partPath: String
    private let file: LocalFile

    init(_ path: String) throws(ClientError) {
        self.path = path
        partPath = path + ".part"
        file = try LocalFile(partPath, flags: O_WRONLY | O_CREAT)
        try file.lock()
        try file.truncate()
    }

    mutating func write(_ bytes: [UInt8]) throws(ClientError) {
        try file.write(bytes)
        byteCount += Int64(bytes.count)
    }

    /// Returns when the file is on disk under its name.
    func finish() throws(ClientError) {
        try file.synchronize()
        try LocalFile.rename(partPath, to: path)
        try OutputFile.synchronizeFolder(of: path)
    }

    /// Takes away what was written.
    func discard() throws(ClientError) { try LocalFile.remove(partPath) }

    /// Returns when the names in the folder of `path` are on disk.
    static func synchronizeFolder(of path: String) throws(ClientError) {
        let folder = (path as NSString).deletingLastPathComponent
        try LocalFile(folder.isEmpty ? "." : folder, flags: O_DIRECTORY).synchronize()
    }
}
