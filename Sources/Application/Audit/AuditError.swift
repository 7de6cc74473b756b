/// The reason that the log's tree is not signed, or that something of it cannot be told now.
package enum AuditError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The log is older than what was signed of it: it was restored from a backup, or its end was lost.
    case logRestored(String)
    /// The tiles of the tree have so many of its records.
    case treeIncomplete(size: UInt64, end: UInt64)
    /// The file of the key is not to be used.
    case key(String)
    /// The disk or the system refused.
    case file(String)
    /// A key of this log did not sign.
    case signing(String)

    package var description: String {
        switch self {
        case .logRestored(let reason):
            reason + " Nothing is signed until the missing records are restored. Everything else works."
        case .treeIncomplete(let size, let end):
            "The tree of the log is being computed: \(size) of \(end) records are done. Try again later."
        case .key(let reason), .file(let reason), .signing(let reason): reason
        }
    }

    /// Returns what `body` returns; the failure of its file is thrown as `file`.
    static func forFile<Value>(_ body: () throws(DurableFile.Failure) -> Value) throws(AuditError) -> Value {
        do throws(DurableFile.Failure) {
            return try body()
        } catch {
            throw .file(error.description)
        }
    }
}
