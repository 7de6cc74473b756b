/// The table of nodules of a folder: `scan_id, coord_x, coord_y, coord_z, diameter_mm`, places in mm of the scan's world.
package struct AnnotationTable {
    /// One line of the table.
    package struct Row: Equatable, Sendable {
        package let place: SIMD3<Double>
        /// In mm, above 0.
        package let diameter: Double
    }

    /// The rows of each scan, in the order of the file.
    let rows: [String: [Row]]

    /// Reads comma-separated text whose first line names the columns, in any order; `seriesuid` is the same as `scan_id`.
    init(_ text: String, file: String) throws(ScanError) {
        var lines = text.split(whereSeparator: \.isNewline)[...]
        guard let first = lines.popFirst() else {
            throw ScanError(.malformed, file: file, "the table is empty; its first line must name the columns")
        }
        let names = Self.fields(first).map { $0.lowercased() }
        func column(_ candidates: String...) throws(ScanError) -> Int {
            guard let index = names.firstIndex(where: { candidates.contains($0) }) else {
                throw ScanError(.malformed, file: file, "there is no column \(candidates[0])")
            }
            return index
        }
        let identifier = try column("scan_id", "seriesuid")
        let columns = [
            try column("coord_x", "coordx"), try column("coord_y", "coordy"), try column("coord_z", "coordz"),
            try column("diameter_mm", "diameter"),
        ]
        var rows: [String: [Row]] = [:]
        for (number, line) in lines.enumerated() {
            let fields = Self.fields(line)
            guard fields.count == names.count else {
                throw ScanError(
                    .malformed, file: file,
                    "line \(number + 2) has \(fields.count) fields; the first line names \(names.count)")
            }
            let numbers = columns.compactMap { Double(fields[$0]) }.filter(\.isFinite)
            guard numbers.count == 4, numbers[3] > 0 else {
                throw ScanError(
                    .malformed, file: file, "line \(number + 2) has a coordinate or diameter that is not a number")
            }
            rows[fields[identifier], default: []].append(
                Row(place: SIMD3(numbers[0], numbers[1], numbers[2]), diameter: numbers[3]))
        }
        self.rows = rows
    }

    private static func fields(_ line: Substring) -> [String] {
        line.split(separator: ",", omittingEmptySubsequences: false).map { field in
            String(
                field.drop { $0 == " " || $0 == "\"" || $0 == "\u{FEFF}" }.reversed()
                    .drop { $0 == " " || $0 == "\"" }.reversed())
        }
    }
}
