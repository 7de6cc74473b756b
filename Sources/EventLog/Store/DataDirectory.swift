import Foundation
import Glibc
import Text

/// The folder that holds everything a server keeps, and the only place that knows what is where in it.
///
/// Whoever has a `DataDirectory` is the only one that has this folder, in all processes, until `unlock()` or until the
/// last reference goes. The lock is on the file `server.lock`, which also names its owner.
package final class DataDirectory: Sendable {
    /// The folder.
    package let path: String
    private let lock: LockFile

    /// Makes the folder if it is missing and locks it. `address` is where the owner can be reached, or what it does, such
    /// as `pivot rebuild`.
    ///
    /// - Throws: `locked`, naming the owner's address and process, when another one has it.
    package init(path: String, address: String) throws(StorageError) {
        self.path = path
        try DataDirectory.makeFolder(path)
        lock = try LockFile(path: path + "/" + DataDirectory.lockName, address: address)
    }

    /// Changes what the lock file says: for an owner whose port is known only later.
    package func setAddress(_ address: String) throws(StorageError) { try lock.setAddress(address) }

    /// Returns once the names of the files and folders in the folder are on disk: those in a new file are lost with its name
    /// when the power goes, whatever was done for the file itself.
    package func syncNames() throws(StorageError) { try DataDirectory.syncNames(inFolder: path) }

    /// Gives the folder back; a second call does nothing.
    package func unlock() { lock.unlock() }

    /// The log's LMDB environment.
    package var logFolder: String { DataDirectory.logFolder(inFolderAt: path) }
    /// The folder in which the log's environment is made before it is renamed to `logFolder`.
    var newLogFolder: String { path + "/log.new" }
    /// The folder in which the log is written anew before its file takes the log's name.
    var compactedLogFolder: String { path + "/log.compact" }
    /// One folder for each set of projection versions.
    package var readModelsFolder: String { DataDirectory.readModelsFolder(inFolderAt: path) }
    /// The secret that lease tokens are made from.
    package var leaseSecretFile: String { path + "/lease-secret" }
    /// The key that seals the secrets of webhooks in the log.
    package var webhookSecretFile: String { path + "/webhook-secret" }
    /// The state of the alert rules as it was now and then, from which a start goes on. It can be deleted.
    package var alertStateFile: String { path + "/alert-state" }
    /// The secret by which clients prove to be run by the user whose folder this is.
    package var ownerSecretFile: String { DataDirectory.ownerSecretFile(inFolderAt: path) }
    /// The standard error of the trainers that this server started, one file each.
    package var trainerOutputFolder: String { path + "/trainers" }
    /// The tiles of the tree over the log. It can be deleted.
    package var treeFolder: String { path + "/tree" }
    /// The secret keys that sign the log's tree heads. It is nowhere else; back it up by itself.
    package var logKeyFile: String { path + "/log-key" }
    /// The last tree head that was signed, which no restored log may take back.
    package var logHeadFile: String { path + "/log-head" }
    /// What is made and deleted again while the folder is verified.
    package var auditFolder: String { path + "/audit.tmp" }
    /// The content-addressed store.
    package var blobsFolder: String { DataDirectory.blobsFolder(inFolderAt: path) }
    /// As long as it is there, webhooks are told nothing: a restore makes it, and whoever resumes deletes it.
    package var webhooksPausedFile: String { DataDirectory.webhooksPausedFile(inFolderAt: path) }
    /// Is there while a restore into this folder has not come to its end.
    package var restoringFile: String { DataDirectory.restoringFile(inFolderAt: path) }
    /// What a backup that came to its end holds.
    package var backupManifestFile: String { DataDirectory.backupManifestFile(inFolderAt: path) }
    /// Is there while a backup into this folder has not come to its end.
    package var backingUpFile: String { DataDirectory.backingUpFile(inFolderAt: path) }
    /// The names of what holds data in a folder, and what a restore makes.
    package static let restoredNames = ["log", "log.new", "blobs", "read-models", "webhooks-paused"]
    /// The file that locks the folder.
    package static let lockName = "server.lock"

    package static func logFolder(inFolderAt path: String) -> String { path + "/log" }
    package static func blobsFolder(inFolderAt path: String) -> String { path + "/blobs" }
    package static func readModelsFolder(inFolderAt path: String) -> String { path + "/read-models" }
    package static func webhooksPausedFile(inFolderAt path: String) -> String { path + "/webhooks-paused" }
    package static func restoringFile(inFolderAt path: String) -> String { path + "/restoring" }
    package static func backupManifestFile(inFolderAt path: String) -> String { path + "/backup.json" }
    package static func backingUpFile(inFolderAt path: String) -> String { path + "/backing-up" }

    /// Throws when the folder holds a backup, or a restore that did not come to its end: neither is to be gone on with by
    /// appending.
    package func checkIsComplete() throws(StorageError) {
        let manager = FileManager.default
        if manager.fileExists(atPath: restoringFile) {
            throw StorageError(
                .failed,
                "A restore into \(path) did not come to its end. Run `pivot restore` again, or delete the folder.")
        }
        if manager.fileExists(atPath: backupManifestFile) || manager.fileExists(atPath: backingUpFile) {
            throw StorageError(
                .failed, "\(path) is a backup. Restore it into another folder with `pivot restore`, and use that one.")
        }
    }

    /// The owner of the folder at `path` as its lock file names it; nil when nobody has it locked.
    package static func owner(ofFolderAt path: String) throws(StorageError) -> Owner? {
        try LockFile.owner(of: path + "/" + lockName)
    }

    /// The file of the owner's secret of the folder at `path`.
    package static func ownerSecretFile(inFolderAt path: String) -> String { path + "/owner-secret" }

    /// The holder of a data directory.
    package struct Owner: Hashable, Sendable, CustomStringConvertible {
        /// The address at which it can be reached, or what it does.
        package var address: String
        /// Its process.
        package var processID: Int32

        package init(address: String, processID: Int32) {
            self.address = address
            self.processID = processID
        }

        package var description: String { "\(address) (process \(processID))" }
    }

    /// Makes the folder at `path` and those above it. Returns once the names of those that were missing are on disk.
    package static func makeFolder(_ path: String) throws(StorageError) {
        var missing: [URL] = []
        var folder = URL(fileURLWithPath: path)
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            missing.append(folder)
            folder.deleteLastPathComponent()
        }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw StorageError(
                .failed,
                "The folder \(path) could not be created: \(FileFault.words(error)). Check the path and who owns it.")
        }
        for folder in missing { try syncNames(inFolder: folder.deletingLastPathComponent().path) }
    }

    private static func syncNames(inFolder path: String) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // Somebody else's folder that may be written but not read: its names get to disk when the system pleases.
        if descriptor < 0, errno == EACCES { return }
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw StorageError(
                .failed,
                "The names in the folder \(path) could not be brought to disk: \(String(cString: strerror(errno))). "
                    + "Check the disk and who owns the folder.")
        }
    }
}
