/// A file of which the server's disk may have had parts before.
package protocol StoredFile {
    /// The bytes that it takes on the disk.
    var storedByteCount: Int64 { get }
    /// The bytes that storing it added to the disk; nil when that was not recorded yet.
    var addedByteCount: Int64? { get }
}

extension StoredFile {
    /// The bytes that it takes on the disk and that were there before it.
    var sharedByteCount: Int64? {
        get { addedByteCount.map { max(storedByteCount - $0, 0) } }
        set {}
    }
}
