package import EventLog
import Foundation
import Glibc
import Text

/// Looks at what lies in a data directory beside the log, the blobs and the read models: marks, leftovers, who may read
/// what, and the room on the disk.
package enum FolderExamination {
    /// The files that only their owner may read.
    private static let secretNames = ["lease-secret", "webhook-secret", "owner-secret", "log-key"]

    /// What is found in the folder at `path`.
    ///
    /// - Parameters:
    ///   - isInUse: True while another process has the directory.
    ///   - probe: Measures the room on the disk.
    package static func findings(
        at path: String, isInUse: Bool, probe: any FileSystemProbe = SystemFileSystemProbe()
    ) -> [Finding] {
        var findings: [Finding] = []
        let manager = FileManager.default
        func isThere(_ file: String) -> Bool { manager.fileExists(atPath: file) }
        if isThere(DataDirectory.restoringFile(inFolderAt: path)) {
            findings.append(
                Finding(
                    "folder",
                    "A restore into \(path) did not come to its end. Run `pivot restore` again, or delete the folder.")
            )
        }
        if isThere(DataDirectory.backingUpFile(inFolderAt: path)) {
            findings.append(
                Finding("folder", "A backup into \(path) did not come to its end. Run `pivot backup` into it again."))
        }
        if isThere(DataDirectory.webhooksPausedFile(inFolderAt: path)) {
            findings.append(
                Finding(
                    "webhooks", isProblem: false,
                    "Webhooks are told nothing since the data was restored. Run `pivot webhooks resume` when they shall be."
                ))
        }
        if !isInUse { findings += leftoverFindings(at: path) }
        let readable = readableSecrets(at: path)
        if !readable.isEmpty {
            findings.append(
                Finding(
                    "permissions",
                    "Others than the owner can read \(readable.joined(separator: ", ")) in \(path). Make them readable by "
                        + "their owner alone: chmod 600.", repair: .permissions))
        }
        if let foreign = foreignOwner(of: path) {
            findings.append(Finding("permissions", foreign))
        }
        do throws(StorageError) {
            let free = try probe.freeByteCount(at: path)
            let reserve = EventLogBounds().headroomByteCount
            if free < reserve {
                findings.append(
                    Finding(
                        "disk",
                        "\(free) bytes are free; a server needs \(reserve) to accept everything. Free some space."))
            }
        } catch {
            findings.append(Finding("disk", error.message))
        }
        return findings
    }

    private static func leftoverFindings(at path: String) -> [Finding] {
        do {
            let names = try leftovers(at: path)
            guard !names.isEmpty else { return [] }
            return [
                Finding(
                    "folder", isProblem: false,
                    "Left by processes that are gone: \(names.joined(separator: ", ")). They can be deleted.",
                    repair: .temporaryFiles)
            ]
        } catch {
            return [Finding("folder", "\(path) cannot be read: \(FileFault.words(error)). Check who owns it.")]
        }
    }

    /// The names of files and folders that nobody needs once no process has the directory.
    package static func leftovers(at path: String) throws -> [String] {
        let manager = FileManager.default
        let rows = DataDirectory.readModelsFolder(inFolderAt: path)
        let names = try manager.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".new") }
        guard manager.fileExists(atPath: rows) else { return names.sorted() }
        let replaced = try manager.contentsOfDirectory(atPath: rows).filter { $0.hasSuffix(".old") }
        return (names + replaced.map { "read-models/" + $0 }).sorted()
    }

    /// Deletes the leftovers and what unfinished uploads have left. No process has the directory.
    package static func removeLeftovers(at path: String) throws {
        for name in try leftovers(at: path) { try FileManager.default.removeItem(atPath: path + "/" + name) }
    }

    /// Makes secrets readable by their owner alone.
    package static func closeSecrets(at path: String) throws(BackupError) {
        for name in readableSecrets(at: path) where chmod(path + "/" + name, 0o600) != 0 {
            throw BackupError(
                .failed, "The mode of \(path)/\(name) cannot be changed: \(FileFault.words(ofCode: errno)).")
        }
    }

    private static func readableSecrets(at path: String) -> [String] {
        secretNames.filter { name in
            var status = stat()
            return stat(path + "/" + name, &status) == 0 && status.st_mode & 0o077 != 0
        }
    }

    private static func foreignOwner(of path: String) -> String? {
        for name in ["", "/log/data.mdb", "/log/journal", "/blobs"] {
            var status = stat()
            guard stat(path + name, &status) == 0 else { continue }
            if access(path + name, R_OK | W_OK) != 0 {
                return "\(path)\(name) cannot be read and written by this user. Check who owns it."
            }
        }
        return nil
    }
}
