package import Transparency

/// The last tree head that was signed, in a file outside the log's folder, so that a restored log cannot take it back.
package struct LogHeadFile: Sendable {
    private let file: DurableFile

    package init(path: String) { file = DurableFile(path) }

    /// The tree head; nil when none was signed yet.
    ///
    /// - Throws: `file` when the file is there and is not a tree head.
    package func load() throws(AuditError) -> SignedTreeHead? {
        guard let bytes = try AuditError.forFile({ () throws(DurableFile.Failure) in try file.read() }) else {
            return nil
        }
        do throws(NoteError) {
            return try SignedTreeHead(Note(bytes))
        } catch {
            throw .file(
                "The file \(file.path) is not the log's last tree head. \(error) Restore it from its backup, or from "
                    + "somebody who remembers a tree head of this log.")
        }
    }

    /// Returns once the file has `treeHead`, on disk.
    func write(_ treeHead: SignedTreeHead) throws(AuditError) {
        try AuditError.forFile { () throws(DurableFile.Failure) in try file.write(treeHead.note.encoded) }
    }
}
