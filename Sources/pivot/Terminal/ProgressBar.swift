/// One line that shows how far something is.
package enum ProgressBar {
    /// `label`, a bar, the percentage and `detail`, at most `width` columns wide. The bar takes what the texts leave,
    /// from 8 to 40 columns; detail that does not fit is cut.
    package static func line(label: String, share: Double, detail: String, width: Int) -> String {
        let share = share.isFinite ? min(max(share, 0), 1) : 0
        let percent = HumanFormat.percent(share)
        let padded = String(repeating: " ", count: max(0, 5 - percent.count)) + percent
        let fixed = DisplayText.width(label) + padded.count + DisplayText.width(detail) + 5
        let columns = min(40, max(8, width - fixed))
        let text = "\(label) \(bar(share, columns: columns)) \(padded)" + (detail.isEmpty ? "" : "  \(detail)")
        return DisplayText.fitted(text, to: width)
    }

    /// A bar of exactly `columns` columns, filled to an eighth of a column.
    package static func bar(_ share: Double, columns: Int) -> String {
        let eighths = Int((share * Double(columns * 8)).rounded(.down))
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let full = eighths / 8
        let filled = String(repeating: "█", count: full) + parts[eighths % 8]
        let used = full + (eighths % 8 == 0 ? 0 : 1)
        return filled + String(repeating: "░", count: max(0, columns - used))
    }
}
