package import Tracking

/// The result of a backup: what it has added.
package struct BackupReport: Equatable, Sendable {
    /// The position that the backup before ended at.
    package var from: LogPosition
    package var manifest: BackupManifest
    /// The records that were added.
    package var recordCount = 0
    /// The objects of blobs that were added.
    package var objectCount = 0
    /// The bytes of the records and objects that were added.
    package var byteCount: Int64 = 0

    /// The position that the backup ends at.
    package var to: LogPosition { manifest.position }
}
