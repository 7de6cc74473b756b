/// Texts in the Markdown that TensorBoard shows.
enum MarkdownText {
    /// A block that is shown as it is.
    static func code(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }.joined(separator: "\n")
    }

    static func table(_ heads: [String], _ rows: [[String]]) -> String {
        let lines = [line(heads), "|" + String(repeating: "---|", count: heads.count)] + rows.map(line)
        return lines.joined(separator: "\n")
    }

    private static func line(_ cells: [String]) -> String {
        "| " + cells.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") }.joined(separator: " | ") + " |"
    }
}
