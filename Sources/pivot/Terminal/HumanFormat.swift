import Foundation
import Text
package import Tracking

/// Numbers, sizes and times as people read them.
package enum HumanFormat {
    /// A size in bytes with three digits: `0 B`, `999 B`, `1.40 MB`, `12.3 GB`. Units are powers of 1,000.
    package static func size(_ byteCount: Int64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        var value = Double(byteCount)
        var unit = 0
        while value >= 999.5 && unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        if unit == 0 { return "\(byteCount) B" }
        return fixed(value, decimals: value < 9.995 ? 2 : value < 99.95 ? 1 : 0) + " " + units[unit]
    }

    /// A duration in at most two units: `0.8 s`, `42 s`, `3 min 07 s`, `2 h 05 min`, `4 d 03 h`.
    package static func duration(_ duration: Duration) -> String {
        let (whole, attoseconds) = duration.components
        let seconds = max(0, Double(whole) + Double(attoseconds) / 1e18)
        if seconds < 9.95 { return fixed(seconds, decimals: 1) + " s" }
        let rounded = Int(seconds.rounded())
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if rounded < 60 { return "\(rounded) s" }
        if rounded < 3_600 { return "\(rounded / 60) min \(two(rounded % 60)) s" }
        if rounded < 86_400 { return "\(rounded / 3_600) h \(two(rounded / 60 % 60)) min" }
        return "\(rounded / 86_400) d \(two(rounded / 3_600 % 24)) h"
    }

    /// A moment seen from `now`: `12 s ago`, `5 min ago`, `3 h ago`; older than a day, or in the future by more than a
    /// minute, its date and time `offset` seconds east of UTC.
    package static func moment(_ time: Timestamp, now: Timestamp, offset: Int) -> String {
        let age = Int(now.duration(since: time).components.seconds)
        switch age {
        case -60..<1: return "now"
        case 1..<60: return "\(age) s ago"
        case 60..<3_600: return "\(age / 60) min ago"
        case 3_600..<86_400: return "\(age / 3_600) h ago"
        default: return date(time, offset: offset)
        }
    }

    /// `2026-01-05 10:00`, `offset` seconds east of UTC.
    package static func date(_ time: Timestamp, offset: Int) -> String {
        let local = time.advanced(by: .seconds(offset)).description
        return local.prefix(10) + " " + local.dropFirst(11).prefix(5)
    }

    /// `10:00:07`, `offset` seconds east of UTC.
    package static func clock(_ time: Timestamp, offset: Int) -> String {
        String(time.advanced(by: .seconds(offset)).description.dropFirst(11).prefix(8))
    }

    /// A metric with four significant digits: `0.2345`, `12.30`, `1.000e-05`, `NaN`.
    package static func number(_ value: Double) -> String { NumberText.metric(value) }

    /// A share of one: `34 %`; 100 % only when all is done.
    package static func percent(_ share: Double) -> String {
        share.isFinite ? "\(share >= 1 ? 100 : min(99, max(0, Int(share * 100)))) %" : "0 %"
    }

    private static func fixed(_ value: Double, decimals: Int) -> String { String(format: "%.\(decimals)f", value) }
}
