import Tracking

/// A pack in the making: a temporary file to which frames are added one after the other, and the table at the end.
///
/// It is a class because it is one file; whoever makes it removes the temporary file or gives it its place.
final class PackDraft {
    /// The path of the temporary file.
    let path: String
    /// The temporary file.
    let file: any OpenFile
    private var rows: [PackRow] = []
    /// True for chunks whose address is not the digest of their content.
    var isBundle = false

    /// Begins a pack in the empty temporary file `file` at `path`.
    init(path: String, file: any OpenFile) throws(FileSystemError) {
        self.path = path
        self.file = file
        try append(PackFormat.header())
    }

    /// Adds a frame of content: its row and its stored bytes.
    func append(_ frame: PackRow.Frame, _ stored: UnsafeRawBufferPointer) throws(FileSystemError) {
        rows.append(.frame(frame))
        try file.append(stored)
    }

    /// Adds a tensor that is an object of its own.
    func append(tensor digest: Digest, byteCount: Int64) {
        rows.append(.tensor(digest, byteCount: byteCount))
    }

    /// Adds a part of the content of the pack that will be at `base` of those that the table names; it goes on with the part
    /// before it where that one ends.
    func append(base: Int, offset: Int64, byteCount: Int64) {
        if case .slice(base, let start, let count)? = rows.last, start + count == offset {
            rows[rows.count - 1] = .slice(base: base, offset: start, byteCount: count + byteCount)
        } else {
            rows.append(.slice(base: base, offset: offset, byteCount: byteCount))
        }
    }

    /// True when the content so far is all of the one base's first `byteCount` bytes.
    func isSlice(ofByteCount byteCount: Int) -> Bool {
        rows == [.slice(base: 0, offset: 0, byteCount: Int64(byteCount))]
    }

    /// The bytes of content so far.
    var byteCount: Int64 { rows.reduce(0) { $0 + $1.byteCount } }

    /// Writes the table, `digest` being that of all content, and `bases` the packs that its frames or tensors lean on. The
    /// pack is whole afterwards, and on disk once the file at `path` is synced.
    func finish(_ digest: Digest, bases: [Digest] = []) throws(FileSystemError) {
        try append(PackTable(rows: rows, bases: bases, isBundle: isBundle, digest: digest).encoded())
    }

    private func append(_ bytes: [UInt8]) throws(FileSystemError) {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(FileSystemError) in try file.append(bytes) }
        }
        try result.get()
    }
}
