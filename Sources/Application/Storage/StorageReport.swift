package import Tracking

/// Where the disk goes: what the data directory holds, and what deleting or pruning would free.
///
/// To prune is to delete the checkpoints that trainers saved, but those that are their session's best or last one or were
/// saved at a stop.
package struct StorageReport: Sendable {
    /// What a session, an experiment, a kind or a file takes.
    package struct Share: Sendable {
        package var name: String
        package var fileCount = 0
        /// The files' uncompressed bytes.
        package var byteCount: Int64 = 0
        /// The bytes that nothing else needs, so that deleting the files frees them.
        package var freedByDeleting: Int64 = 0
        /// The bytes that nothing else needs of those that pruning deletes.
        package var freedByPruning: Int64 = 0
    }

    /// A file that is stored.
    package struct File: Sendable {
        package enum Name: Sendable {
            case checkpoint(id: String)
            case artifact(path: String, version: Int)
        }

        package var session: Session.ID
        package var name: Name
        package var kind: String
        package var byteCount: Int64
        package var freedByDeleting: Int64 = 0
        /// True when pruning would delete it.
        package var isPrunable: Bool
    }

    /// The position that the files are those of.
    package var position: LogPosition
    /// The parts of the data directory in the order of their names, `blobs` among them, and what they take.
    package var folders: [(name: String, byteCount: Int64)] = []
    /// The bytes that the files take together, what is in them uncompressed, and how many there are.
    package var storedByteCount: Int64 = 0
    package var byteCount: Int64 = 0
    package var fileCount = 0
    /// The stored bytes that no file needs any more. They are deleted a day after they were stored or used last, or within
    /// minutes when the disk is short.
    package var unusedByteCount: Int64 = 0
    /// The files that are missing or cannot be read.
    package var unreadableCount = 0
    package var freedByPruning: Int64 = 0
    /// By what is freed, greatest first.
    package var sessions: [Share] = []
    /// The empty name is that of the sessions without an experiment.
    package var experiments: [Share] = []
    package var kinds: [Share] = []
    /// The files of the session that was asked about, in the order they were read.
    package var files: [File] = []
}
