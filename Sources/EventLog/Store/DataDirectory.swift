import Foundation
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
        lock = try LockFile(path: path + "/server.lock", address: address)
    }

    /// Changes what the lock file says: for an owner whose port is known only later.
    package func setAddress(_ address: String) throws(StorageError) { try lock.setAddress(address) }

    /// Gives the folder back; a second call does nothing.
    package func unlock() { lock.unlock() }

    /// The log's LMDB environment.
    package var logFolder: String { path + "/log" }
    /// The folder in which the log's environment is made before it is renamed to `logFolder`.
    var newLogFolder: String { path + "/log.new" }
    /// The folder in which the log is written anew before its file takes the log's name.
    var compactedLogFolder: String { path + "/log.compact" }
    /// One folder for each set of projection versions.
    package var readModelsFolder: String { path + "/read-models" }
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
    /// The content-addressed store.
    package var blobsFolder: String { path + "/blobs" }

    /// The owner of the folder at `path` as its lock file names it; nil when nobody has it locked.
    package static func owner(ofFolderAt path: String) throws(StorageError) -> Owner? {
        try LockFile.owner(of: path + "/server.lock")
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

    /// Makes the folder at `path` and those above it.
    package static func makeFolder(_ path: String) throws(StorageError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw StorageError(
                .failed,
                "The folder \(path) could not be created: \(FileFault.words(error)). Check the path and who owns it.")
        }
    }
}
