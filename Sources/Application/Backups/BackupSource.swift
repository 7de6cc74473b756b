package import Blobs
package import EventLog

/// The source of a backup: the log as it was when this was made, and the blobs, which stay as long as this does.
///
/// The files are read where they lie, whether a server has them open or not. The log is an LMDB environment, which other
/// processes may read at any time, and its journal is a file whose entries carry checksums; objects of blobs never change. So
/// a backup needs no server, takes nothing of a server's time, and works when the server is what has failed. The one thing
/// that it asks of a server, not to delete blobs meanwhile, is a lock that the system gives back when the backup dies.
package struct BackupSource: Sendable {
    package let log: LogSource
    package let blobs: BlobFolder
    /// Keeps blobs that are let go of meanwhile; nil where there are none.
    private let lock: SweepLock?

    /// Reads the data directory at `path`.
    package init(readingFolderAt path: String) throws {
        blobs = BlobFolder(reading: DataDirectory.blobsFolder(inFolderAt: path))
        // Before the log's head is noted: what is named up to there is still there then.
        lock = try blobs.isThere ? blobs.holdOffSweeps() : nil
        log = try LogSource(readingFolderAt: path)
    }

    /// A log and blobs that this process has open.
    package init(log: () throws -> LogSource, blobs: BlobFolder) throws {
        self.blobs = blobs
        lock = try blobs.isThere ? blobs.holdOffSweeps() : nil
        self.log = try log()
    }
}
