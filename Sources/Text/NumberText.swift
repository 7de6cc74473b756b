import Foundation

/// Numbers as people read them, the same in tables, progress bars and logs.
package enum NumberText {
    /// A metric, rounded to four significant digits: `0.2345`, `12.30`, `1.000e-05`, `NaN`.
    package static func metric(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-∞" : "∞" }
        if value == 0 { return "0" }
        // The exponent after rounding: 0.99999 is 1.000.
        let scientific = String(format: "%.3e", value)
        let exponent = scientific.split(separator: "e").last.flatMap { Int($0) } ?? 0
        if exponent < -3 || abs(value) >= 999_999.5 { return scientific }
        return String(format: "%.\(max(0, 3 - exponent))f", value)
    }
}
