package import Tracking

/// An object that is copied from another store: whole or not there.
package final class NewObject {
    private let directory: BlobDirectory
    private let path: String
    private let file: any OpenFile
    private var isPlaced = false

    init(in directory: BlobDirectory) throws(BlobError) {
        self.directory = directory
        path = directory.newTemporary()
        let path = path
        file = try directory.attempt { () throws(FileSystemError) in try directory.fileSystem.create(path) }
    }

    deinit { if !isPlaced { directory.removeTemporary(path) } }

    /// Adds the next bytes.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(BlobError) {
        try directory.attempt { () throws(FileSystemError) in try file.append(bytes) }
    }

    /// Gives the bytes their place as the object `digest`. Returns once they and the name are on disk.
    ///
    /// Whether they are its content is not looked at: see `FileBlobStore.verify(_:)`.
    package func place(as digest: Digest) throws(BlobError) {
        try directory.sync(path)
        try directory.attempt { () throws(FileSystemError) in
            try directory.fileSystem.rename(path, to: directory.layout.object(digest))
        }
        isPlaced = true
        try directory.sync(shard: directory.layout.shard(of: digest))
    }
}
