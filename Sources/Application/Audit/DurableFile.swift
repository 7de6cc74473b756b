import Foundation

/// A small file that is whole or not there, whatever happens, and that only its owner can read.
struct DurableFile: Sendable {
    let path: String

    /// Its bytes; nil when there is none.
    ///
    /// - Throws: `file` when it cannot be read.
    func read() throws(AuditError) -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw .file("The file \(path) cannot be read. Check who owns it.")
        }
    }

    /// True when others than its owner can read or write it.
    ///
    /// - Throws: `file` when the system does not tell.
    func isOpenToOthers() throws(AuditError) -> Bool {
        var information = stat()
        guard stat(path, &information) == 0 else { throw .file("The file \(path) cannot be looked at.") }
        return information.st_mode & 0o077 != 0
    }

    /// Returns once the file has `bytes`, on disk. Until then it has what it had before.
    ///
    /// - Throws: `file`, with what the system refused.
    func write(_ bytes: [UInt8]) throws(AuditError) {
        let fresh = path + ".new"
        // One that was cut short may lie there, with other rights.
        unlink(fresh)
        try make(fresh, bytes)
        guard rename(fresh, path) == 0 else { throw fault("renamed") }
        let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw fault("synced") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw fault("synced") }
    }

    private func make(_ path: String, _ bytes: [UInt8]) throws(AuditError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw fault("created") }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw fault("written") }
            rest = rest.dropFirst(count)
        }
        guard fsync(file) == 0 else { throw fault("synced") }
    }

    private func fault(_ what: String) -> AuditError {
        .file(
            "The file \(path) could not be \(what): \(String(cString: strerror(errno))). Check the disk and who owns it."
        )
    }
}
