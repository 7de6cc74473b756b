/// The ways to open an environment.
package struct EnvironmentOptions: Sendable {
    /// The most bytes that the data file may ever have, 1 TiB. The map is sparse, so a huge one costs nothing, and it cannot
    /// be grown while readers are open.
    package var mapByteCount = 1 << 40
    /// The most read transactions that may be open at once, in all processes together.
    package var maximumReaders: UInt32 = 1024
    /// The most named databases.
    package var maximumDatabases: UInt32 = 64
    /// True to let a commit wait for the meta page too. Otherwise a power loss can undo the last commit, but never damages
    /// the file: for what can be built again.
    package var syncsMetaPage = true
    /// True to allow no writes; the folder and the file must exist.
    package var isReadOnly = false
    /// True to find damage of the data file: the structure of its pages is checked, and each entry has a checksum, which is
    /// compared whenever the entry is read. An environment is always opened with the same value.
    package var findsDamage = false
    /// True to check the structure of the file's pages before it is opened, if it is no larger than `checkedByteCount`, for an
    /// environment whose entries have no checksums: the library takes it on trust, and a page that leads nowhere kills the
    /// process.
    package var checksStructure = false
    /// The largest data file whose structure is checked before it is opened; that of a larger one is checked by
    /// `Environment.hasSoundStructure()`, while it is read.
    package var checkedByteCount = Int.max
    /// Asked before each operation of a write transaction; an answer other than 0 makes it fail with that code, as if
    /// the library had answered it. For tests of failures.
    package var fault: (@Sendable (Environment.Operation) -> Int32)?

    package init() {}
}
