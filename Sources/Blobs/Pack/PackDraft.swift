import Tracking

/// A pack in the making: a temporary file to which frames are added one after the other, and the table at the end.
///
/// It is a class because it is one file; whoever makes it removes the temporary file or gives it its place.
final class PackDraft {
    /// The path of the temporary file.
    let path: String
    private let file: any OpenFile
    private var rows: [PackRow] = []
    private var hasher = Digest.Hasher()

    /// Begins a pack in the empty temporary file `file` at `path`.
    init(path: String, file: any OpenFile) throws(FileSystemError) {
        self.path = path
        self.file = file
        try append(PackFormat.header)
    }

    /// Adds a frame of content, 1 byte to 1 MiB.
    func append(
        _ content: UnsafeRawBufferPointer, transform: FrameTransform, using encoder: inout PackFrameEncoder
    ) throws(FileSystemError) {
        hasher.update(content)
        try encoder.encode(content, transform: transform) { frame, stored throws(FileSystemError) in
            rows.append(.frame(frame))
            try file.append(stored)
        }
    }

    /// Adds content that lies in a tensor's pack to this pack's digest.
    func hash(_ content: UnsafeRawBufferPointer) { hasher.update(content) }

    /// Adds a tensor that is an object of its own and whose content has been hashed.
    func append(tensor digest: Digest, byteCount: Int64) {
        rows.append(.tensor(digest, byteCount: byteCount))
    }

    /// The bytes of content so far.
    var byteCount: Int64 { rows.reduce(0) { $0 + $1.byteCount } }

    /// The digest of all content so far.
    var digest: Digest { hasher.finalize() }

    /// Writes the table. The pack is whole afterwards, and on disk once the file at `path` is synced.
    func finish() throws(FileSystemError) {
        try append(PackTable(rows: rows, digest: digest).encoded())
        file.beginWriting()
    }

    private func append(_ bytes: [UInt8]) throws(FileSystemError) {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(FileSystemError) in try file.append(bytes) }
        }
        try result.get()
    }
}
