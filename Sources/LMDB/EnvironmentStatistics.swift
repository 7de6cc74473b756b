/// The room that an environment takes.
package struct EnvironmentStatistics: Hashable, Sendable {
    /// The length of the data file.
    package var fileByteCount: Int
    /// The bytes of the pages that were used at least once.
    package var usedByteCount: Int
    /// The most bytes that the file may have.
    package var mapByteCount: Int
    /// The bytes of one page.
    package var pageByteCount: Int
    /// The number of the last committed write transaction.
    package var lastTransaction: Int
    /// The most read transactions that were open at once.
    package var readerPlaces: Int
}
