/// Rows under headings, in columns as wide as their widest cell.
package struct TextTable: Sendable {
    /// A column: its heading, and how its cells behave.
    package struct Column: Sendable {
        package var heading: String
        package var isNumeric = false
        /// True when its cells may be cut when the table is wider than the terminal. Of numbers only the heading is.
        package var mayShrink = false
        /// True when it may be left out when shrinking is not enough.
        package var isOptional = false

        package init(
            _ heading: String, isNumeric: Bool = false, mayShrink: Bool = false, isOptional: Bool = false
        ) {
            self.heading = heading
            self.isNumeric = isNumeric
            self.mayShrink = mayShrink
            self.isOptional = isOptional
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
    /// shrinkable columns lose width, the widest first, down to eight columns each; then optional ones are left out, from
    /// the right, and a last line names them.
    ///
    /// - Parameter cellStyle: The look of a cell, by its column's heading and its text; it must take no columns.
    package func lines(
        width: Int?, headingStyle: (String) -> String = { $0 },
        cellStyle: (_ heading: String, _ text: String) -> ((String) -> String)? = { _, _ in nil }
    ) -> [String] {
        let (widths, shown) = layout(within: width)
        func line(_ cells: [String], isStyled: Bool) -> String {
            var text = ""
            for index in shown {
                let cell = cells[index]
                let fitted = DisplayText.fitted(cell, to: widths[index])
                let padding = String(repeating: " ", count: max(0, widths[index] - DisplayText.width(fitted)))
                let style = isStyled ? cellStyle(columns[index].heading, cell) : nil
                let styled = style.map { $0(fitted) } ?? fitted
                text += columns[index].isNumeric ? padding + styled : styled + padding
                if index != shown.last { text += "  " }
            }
            while text.hasSuffix(" ") { text.removeLast() }
            return text
        }
        let lines =
            [headingStyle(line(columns.map(\.heading), isStyled: false))] + rows.map { line($0, isStyled: true) }
        let omitted = columns.indices.filter { !shown.contains($0) }.map { columns[$0].heading }
        return omitted.isEmpty ? lines : lines + [Self.remark(omitted, width: width)]
    }

    private static func remark(_ omitted: [String], width: Int?) -> String {
        let names = DisplayText.safe(omitted.joined(separator: ", "))
        let text =
            "\(omitted.count) more column\(omitted.count == 1 ? "" : "s") in a wider terminal or with --json: \(names)"
        return width.map { DisplayText.fitted(text, to: $0) } ?? text
    }

    /// The width of each column, and the columns to show.
    private func layout(within limit: Int?) -> (widths: [Int], shown: [Int]) {
        let contents = columns.indices.map { index in rows.map { DisplayText.width($0[index]) }.max() ?? 0 }
        var widths = columns.indices.map { max(contents[$0], DisplayText.width(columns[$0].heading)) }
        var shown = Array(columns.indices)
        guard let limit else { return (widths, shown) }
        let floors = columns.indices.map { index in
            guard columns[index].mayShrink else { return widths[index] }
            return min(widths[index], columns[index].isNumeric ? max(contents[index], 8) : 8)
        }
        func total(_ widths: [Int]) -> Int { shown.reduce(2 * (shown.count - 1)) { $0 + widths[$1] } }
        while total(floors) > limit, let last = shown.last(where: { columns[$0].isOptional }) {
            shown.removeAll { $0 == last }
        }
        while total(widths) > limit {
            let shrinkable = shown.filter { widths[$0] > floors[$0] }
            guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return (widths, shown)
    }
}
