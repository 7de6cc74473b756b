import Foundation
package import JSON

/// A comparison of sessions as a table for each of its sections.
package struct ComparisonPresentation {
    private let document: JSONValue

    /// - Parameter document: What `GET /compare` answered.
    package init(_ document: JSONValue) { self.document = document }

    /// The lines; columns shrink to fit `width`, which is nil when nothing limits it.
    package func lines(width: Int?, headingStyle: (String) -> String = { $0 }) -> [String] {
        let sessions = document["sessions"]?.arrayValue ?? []
        let names = sessions.map { $0["session_id"]?.stringValue ?? "" }
        let sections = document["sections"]?.arrayValue ?? []
        let isPair = names.count == 2
        var lines = sessions.map { session in
            let name = session["session_name"]?.stringValue ?? ""
            return DisplayText.safe("\(session["session_id"]?.stringValue ?? "")  \(name)")
        }
        lines.append("")
        for section in sections {
            let rows = section["rows"]?.arrayValue ?? []
            let hasDifference = isPair && rows.contains { $0["difference"] != nil }
            var columns: [TextTable.Column] = [.init((section["name"]?.stringValue ?? "").uppercased())]
            columns += names.map { .init($0, mayShrink: true) }
            if hasDifference { columns.append(.init("DIFFERENCE", isNumeric: true)) }
            var table = TextTable(columns)
            for row in rows {
                let values = row["values"]?.arrayValue ?? []
                var cells = [row["key"]?.stringValue ?? ""] + Self.cells(values)
                if hasDifference { cells.append(row["difference"].map(Self.signed) ?? "") }
                table.add(cells)
            }
            lines += table.lines(width: width, headingStyle: headingStyle) + [""]
        }
        let equal = document["equal_count"]?.integerValue ?? 0
        let different = document["different_count"]?.integerValue ?? 0
        lines.append(
            different == 0
                ? "Nothing differs; \(equal) values are equal." : "\(different) values differ, \(equal) are equal.")
        return lines
    }

    /// The values as text. Long texts that begin alike are shown from a little before the place where they part.
    static func cells(_ values: [JSONValue]) -> [String] {
        let texts = values.map(text)
        let longest = texts.map(\.count).max() ?? 0
        let present = values.indices.filter { !values[$0].isNull }.map { texts[$0] }
        guard longest > 40, present.count > 1, let first = present.first else { return texts }
        let common = present.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }.count
        guard common > 16, common < longest else { return texts }
        return values.indices.map { index in
            values[index].isNull ? texts[index] : "…" + texts[index].dropFirst(common - 8)
        }
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .null: "–"
        // Two digests that differ do so from their beginning.
        case .string(let text) where text.hasPrefix("sha256:") && text.utf8.count == 71: text.prefix(19) + "…"
        case .string(let text): text
        default: String(decoding: value.encoded(nonfinite: .token), as: UTF8.self)
        }
    }

    private static func signed(_ difference: JSONValue) -> String {
        guard let number = difference.doubleValue else { return text(difference) }
        let text = difference.integerValue.map { "\($0)" } ?? HumanFormat.number(number)
        return number > 0 ? "+" + text : text
    }
}
