/// How an environment is opened.
package struct EnvironmentOptions: Sendable {
    /// How large the data file may ever become. The map is sparse, so a huge one costs nothing, and it cannot be grown
    /// while readers are open; 1 TiB.
    package var mapByteCount = 1 << 40
    /// How many read transactions may be open at once, in all processes together.
    package var maximumReaders: UInt32 = 1024
    /// How many named databases there may be.
    package var maximumDatabases: UInt32 = 64
    /// Whether a commit waits for the meta page too. When it does not, a power loss can undo the last commit, but never
    /// damages the file: for what can be built again.
    package var syncsMetaPage = true
    /// Whether nothing may be written; the folder and the file must exist.
    package var isReadOnly = false
    /// Asked before each operation of a write transaction; an answer other than 0 makes it fail with that code, as if
    /// the library had answered it. For tests of failures.
    package var fault: (@Sendable (Environment.Operation) -> Int32)?

    package init() {}
}
