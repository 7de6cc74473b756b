/// Rows of a table, column by column.
package struct TableBatch: Sendable, Equatable {
    /// The cells of a column, as many as there are rows.
    package enum Cells: Sendable, Equatable {
        /// The same text in every row.
        case text(String)
        case texts([String?])
        /// Integers or times; what stands where `isPresent` is false means nothing. Without it every cell is there.
        case integers([Int64], isPresent: [Bool]? = nil)
        case numbers([Double], isPresent: [Bool]? = nil)
        /// No row has a cell.
        case absent
    }

    package var rowCount: Int
    package var columns: [Cells]

    package init(rowCount: Int, _ columns: [Cells]) {
        self.rowCount = rowCount
        self.columns = columns
    }
}
