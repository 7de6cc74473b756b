import NIOCore

/// One upload on its executor: the thin shell around `UploadWriter`.
actor BlobUpload {
    private let executor: FileExecutor
    private let directory: BlobDirectory
    private let pin: BlobPin
    private var writer: UploadWriter

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Begins an upload whose objects are pinned by `pin`.
    init(directory: BlobDirectory, hint: BlobHint, pin: BlobPin, executor: FileExecutor) throws(BlobError) {
        let encoder: PackFrameEncoder
        do { encoder = try PackFrameEncoder() } catch { throw .outOfMemory }
        let file = try directory.newDraft()
        self.executor = executor
        self.directory = directory
        self.pin = pin
        writer = UploadWriter(directory: directory, hint: hint, pin: pin, file: file, encoder: encoder)
    }

    /// Takes the next bytes of the content.
    func append(_ buffers: [ByteBuffer]) throws(BlobError) {
        for buffer in buffers {
            let result = buffer.withUnsafeReadableBytes { bytes in
                Result { () throws(BlobError) in try writer.append(bytes) }
            }
            try result.get()
        }
    }

    /// Publishes what came and returns once it is on disk.
    func finish() throws(BlobError) -> StoredBlob { try writer.finish() }

    /// Removes everything of the upload that is not published, and its pin.
    func abandon() {
        writer.abandon()
        directory.release(pin)
    }
}
