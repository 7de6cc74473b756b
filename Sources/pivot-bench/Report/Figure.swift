import Foundation

/// Writes figures for people.
enum Figure {
    /// Three significant digits, thousands apart: 1.23, 45.6, 12,300.
    static func text(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
        let magnitude = Int(log10(abs(value)).rounded(.down))
        guard magnitude < 3 else {
            let unit = pow(10, Double(magnitude - 2))
            return grouped(Int((value / unit).rounded() * unit))
        }
        var text = String(format: "%.\(min(6, 2 - magnitude))f", value)
        if text.contains(".") {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        return text
    }

    private static func grouped(_ value: Int) -> String {
        var digits = String(abs(value))
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        groups.insert(digits, at: 0)
        return (value < 0 ? "-" : "") + groups.joined(separator: ",")
    }
}
