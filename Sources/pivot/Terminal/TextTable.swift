/// Rows under headings, in columns as wide as their widest cell.
package struct TextTable: Sendable {
    /// A column: its heading, and how its cells behave.
    package struct Column: Sendable {
        package var heading: String
        package var isNumeric = false
        /// True when its cells may be cut when the table is wider than the terminal.
        package var mayShrink = false

        package init(_ heading: String, isNumeric: Bool = false, mayShrink: Bool = false) {
            self.heading = heading
            self.isNumeric = isNumeric
            self.mayShrink = mayShrink
        }
    }

    package var columns: [Column]
    /// Each row has a cell for each column.
    package private(set) var rows: [[String]] = []

    package init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row; control characters become spaces.
    package mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        rows.append(cells.map(DisplayText.safe))
    }

    /// The lines: headings, then rows, two spaces between columns, none at the ends. When they are wider than `width`,
    /// shrinkable columns lose width, the widest first, down to eight columns each.
    ///
    /// - Parameter cellStyle: The look of a cell, by its column's heading and its text; it must take no columns.
    package func lines(
        width: Int?, headingStyle: (String) -> String = { $0 },
        cellStyle: (_ heading: String, _ text: String) -> ((String) -> String)? = { _, _ in nil }
    ) -> [String] {
        let widths = self.widths(within: width)
        func line(_ cells: [String], isStyled: Bool) -> String {
            var text = ""
            for (index, cell) in cells.enumerated() {
                let fitted = DisplayText.fitted(cell, to: widths[index])
                let padding = String(repeating: " ", count: max(0, widths[index] - DisplayText.width(fitted)))
                let style = isStyled ? cellStyle(columns[index].heading, cell) : nil
                let shown = style.map { $0(fitted) } ?? fitted
                text += columns[index].isNumeric ? padding + shown : shown + padding
                if index < cells.count - 1 { text += "  " }
            }
            while text.hasSuffix(" ") { text.removeLast() }
            return text
        }
        return [headingStyle(line(columns.map(\.heading), isStyled: false))] + rows.map { line($0, isStyled: true) }
    }

    private func widths(within limit: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            ([columns[index].heading] + rows.map { $0[index] }).map(DisplayText.width).max() ?? 0
        }
        guard let limit else { return widths }
        var excess = widths.reduce(0, +) + 2 * (columns.count - 1) - limit
        while excess > 0 {
            let shrinkable = columns.indices.filter { columns[$0].mayShrink && widths[$0] > 8 }
            guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}
