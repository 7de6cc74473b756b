import Foundation
import Text

/// A file of 32 random bytes that only its owner can read.
package enum SecretFile {
    package static let byteCount = 32

    /// The bytes of the file at `path`, which is made when it is missing or has another length. Its name is on disk only
    /// after `DataDirectory.syncNames()`.
    ///
    /// - Throws: When the file is there and cannot be read, or cannot be made.
    package static func load(_ path: String) throws(StorageError) -> [UInt8] {
        if let bytes = read(path) { return bytes }
        guard !FileManager.default.fileExists(atPath: path) || FileManager.default.contents(atPath: path) != nil else {
            // What was made with it would be lost with another one in its place.
            throw StorageError(.failed, "The file \(path) could not be read. Check the disk and who owns the file.")
        }
        let bytes = random()
        let fresh = path + ".new"
        do {
            guard
                FileManager.default.createFile(
                    atPath: fresh, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
            else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: fresh]) }
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: fresh))
            try handle.synchronize()
            try handle.close()
            guard rename(fresh, path) == 0 else {
                throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
            }
        } catch {
            throw StorageError(
                .failed,
                "The file \(path) could not be written: \(FileFault.words(error)). Check the path and who owns it.")
        }
        return bytes
    }

    /// A secret by chance.
    package static func random() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// The bytes of the file at `path`; nil when there is none that this user can read.
    package static func read(_ path: String) -> [UInt8]? {
        guard let data = FileManager.default.contents(atPath: path), data.count == byteCount else { return nil }
        return Array(data)
    }
}
