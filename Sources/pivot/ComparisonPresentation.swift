package import API
import Foundation
import JSON

/// A comparison of sessions as a table for each of its sections.
package struct ComparisonPresentation {
    private let comparison: ComparisonInfo

    package init(_ comparison: ComparisonInfo) { self.comparison = comparison }

    /// The lines; columns shrink to fit `width`, which is nil when nothing limits it.
    package func lines(width: Int?, headingStyle: (String) -> String = { $0 }) -> [String] {
        let isPair = comparison.sessions.count == 2
        var lines = comparison.sessions.map { DisplayText.safe("\($0.id)  \($0.name)") }
        lines.append("")
        for section in comparison.sections {
            let hasDifference = isPair && section.rows.contains { $0.difference != nil }
            var columns: [TextTable.Column] = [.init(section.name.uppercased(), mayShrink: true)]
            columns += comparison.sessions.map { .init($0.id, mayShrink: true) }
            if hasDifference { columns.append(.init("DIFFERENCE", isNumeric: true)) }
            var table = TextTable(columns)
            for row in section.rows {
                var cells = [row.key] + Self.cells(row.values)
                if hasDifference { cells.append(row.difference.map(Self.signed) ?? "") }
                table.add(cells)
            }
            lines += table.lines(width: width, headingStyle: headingStyle) + [""]
        }
        let (equal, different) = (comparison.equalCount, comparison.differentCount)
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

    private static func signed(_ difference: Double) -> String {
        let text = Int64(exactly: difference).map { "\($0)" } ?? HumanFormat.number(difference)
        return difference > 0 ? "+" + text : text
    }
}
