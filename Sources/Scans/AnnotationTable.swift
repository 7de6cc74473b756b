import SwiftCSV

/// The table of nodules of a folder: `scan_id, coord_x, coord_y, coord_z, diameter_mm`, places in mm of the scan's world.
package struct AnnotationTable {
    /// One line of the table.
    package struct Row: Equatable, Sendable {
        package let place: SIMD3<Double>
        /// In mm, above 0.
        package let diameter: Double
        /// The line of the file that it begins in, from 1.
        package let line: Int
    }

    /// The rows of each scan, in the order of the file.
    let rows: [String: [Row]]

    /// Reads text whose first line names the columns, in any order, and separates them by commas, semicolons or tabs.
    /// `seriesuid` is the same as `scan_id`, as in LUNA16; fields may be quoted; empty lines are passed over.
    init(_ text: String, file: String) throws(ScanError) {
        let (lines, columns) = try Self.lines(of: text, file: file)
        var rows: [String: [Row]] = [:]
        for line in lines {
            guard line.fields.count == columns.count else {
                throw ScanError(
                    .malformed, file: file,
                    "line \(line.number) has \(line.fields.count) fields; the first line names \(columns.count)")
            }
            func number(_ name: String, isPositive: Bool = false) throws(ScanError) -> Double {
                let text = line.fields[columns.places[name] ?? 0]
                guard let number = Double(text), number.isFinite, !isPositive || number > 0 else {
                    throw ScanError(
                        .malformed, file: file,
                        "line \(line.number): \(name) is '\(text)'; it must be a number\(isPositive ? " above 0" : "") "
                            + "with a decimal point")
                }
                return number
            }
            let identifier = line.fields[columns.places["scan_id"] ?? 0]
            guard !identifier.isEmpty else {
                throw ScanError(.malformed, file: file, "line \(line.number) has no scan_id")
            }
            let place = SIMD3(try number("coord_x"), try number("coord_y"), try number("coord_z"))
            rows[identifier, default: []].append(
                Row(place: place, diameter: try number("diameter_mm", isPositive: true), line: line.number))
        }
        self.rows = rows
    }

    /// The row count of all scans.
    var count: Int { rows.values.reduce(0) { $0 + $1.count } }

    private struct Line {
        /// The line of the file that it begins in, from 1.
        let number: Int
        /// Without blanks at their ends.
        let fields: [String]
    }

    private struct Columns {
        let count: Int
        /// By the names that this project gives them.
        let places: [String: Int]
    }

    /// The columns that are needed, and the names that they may have.
    private static let names: KeyValuePairs = [
        "scan_id": ["scan_id", "seriesuid"], "coord_x": ["coord_x", "coordx"], "coord_y": ["coord_y", "coordy"],
        "coord_z": ["coord_z", "coordz"], "diameter_mm": ["diameter_mm", "diameter"],
    ]

    /// The lines after the first one, by the delimiter with which that one names the columns.
    private static func lines(of text: String, file: String) throws(ScanError) -> ([Line], Columns) {
        var failure: ScanError?
        for delimiter in [CSVDelimiter.comma, .semicolon, .tab] {
            do throws(ScanError) {
                let lines = try lines(of: text, delimiter, file: file)
                guard let first = lines.first else {
                    throw ScanError(.malformed, file: file, "the table is empty; its first line must name the columns")
                }
                return (Array(lines.dropFirst()), try columns(first.fields, file: file))
            } catch {
                failure = failure ?? error
            }
        }
        throw failure ?? ScanError(.malformed, file: file, "the table is empty; its first line must name the columns")
    }

    private static func columns(_ heading: [String], file: String) throws(ScanError) -> Columns {
        let heading = heading.map { $0.lowercased() }
        var places: [String: Int] = [:]
        for (name, candidates) in names {
            let found = heading.indices.filter { candidates.contains(heading[$0]) }
            guard found.count == 1 else {
                let fault = found.isEmpty ? "there is no column \(name)" : "there are several columns \(name)"
                throw ScanError(
                    .malformed, file: file,
                    "\(fault); the first line must name scan_id, coord_x, coord_y, coord_z and diameter_mm, separated by "
                        + "commas, semicolons or tabs")
            }
            places[name] = found[0]
        }
        return Columns(count: heading.count, places: places)
    }

    /// The lines that are not empty.
    private static func lines(
        of text: String, _ delimiter: CSVDelimiter, file: String
    ) throws(ScanError) -> [Line] {
        var lines: [Line] = []
        var number = 1
        // SwiftCSV drops an empty field at the end of a text, and an unclosed quote there goes unnoticed: a last line of our
        // own shows both.
        let end = "the end of the table"
        var last: [String] = []
        do {
            try CSV<RawRows>(string: text + "\n\(end)\n", delimiter: delimiter, loadColumns: false).enumerateAsArray(
                startAt: 0, rowLimit: nil
            ) { fields in
                last = fields
                let trimmed = fields.map { $0.trimmingBlanks() }
                if trimmed.contains(where: { !$0.isEmpty }) { lines.append(Line(number: number, fields: trimmed)) }
                number += 1 + fields.reduce(0) { $0 + $1.filter { ["\n", "\r\n", "\r"].contains($0) }.count }
            }
        } catch {
            throw ScanError(
                .malformed, file: file,
                "line \(number) has a quote inside a field; put the field in quotes and double those in it")
        }
        guard last == [end] else {
            throw ScanError(.malformed, file: file, "line \(lines.last?.number ?? 1) has a quote that is not closed")
        }
        return lines.dropLast()
    }
}

/// The view of a table that keeps nothing: its lines are read by `enumerateAsArray`.
private struct RawRows: CSVView {
    let rows: [[String]] = []
    let columns: [String]? = nil

    init(header: [String], text: String, delimiter: CSVDelimiter, loadColumns: Bool, rowLimit: Int?) throws {}

    func serialize(header: [String], delimiter: CSVDelimiter) -> String { "" }
}

extension String {
    fileprivate func trimmingBlanks() -> String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
