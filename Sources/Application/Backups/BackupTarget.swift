package import Blobs
package import EventLog
package import Tracking
package import Transparency

/// The target of a backup: a folder, or a stream.
package protocol BackupTarget: AnyObject {
    /// The head of the tree over the records that it holds already.
    var tree: TreeHead { get }

    /// Returns whether its records are the first ones of `log`, so that what follows can be added.
    func isPrefix(of log: LogSource) throws -> Bool

    /// Keeps the head of the tree when it gets to `size` leaves.
    func watch(_ size: UInt64)

    /// The head of the tree when it had `size` leaves; nil when that was not watched, or was not reached.
    func tree(ofSize size: UInt64) -> TreeHead?

    /// Checks the records of `group`, which is of `source` and goes on at the head, and adds them. Content that an event of
    /// the group has removed is removed from the records that it holds already.
    func append(_ group: LogGroup, from source: LogSource) throws

    /// The latest event that an added record names as the one that has removed its content.
    var lastRedaction: LogPosition { get }

    /// Returns whether it lacks the object, whose file has `byteCount` bytes.
    func lacks(_ digest: Digest, byteCount: Int64) throws -> Bool

    /// Adds an object that it lacks.
    func add(_ digest: Digest, _ file: ObjectFile) throws

    /// The number of its objects, and the bytes of their files.
    func objects() async throws -> (count: Int, byteCount: Int64)

    /// Makes it a whole backup, which is what `manifest` says. Returns once that is on its way to the reader, or on disk.
    func finish(_ manifest: BackupManifest) throws
}
