/// How much room an environment takes.
package struct EnvironmentStatistics: Hashable, Sendable {
    /// The length of the data file.
    package var fileByteCount: Int
    /// How much of the file holds pages that were used at least once.
    package var usedByteCount: Int
    /// How large the file may become.
    package var mapByteCount: Int
    /// The bytes of one page.
    package var pageByteCount: Int
    /// The number of the last committed write transaction.
    package var lastTransaction: Int
    /// How many read transactions were open at once, at most.
    package var readerPlaces: Int
}
