import ArgumentParser

/// A duration written as a number with its unit: `30s`, `10m`, `1.5h`, `1d`; 0 needs no unit.
package struct DurationArgument: ExpressibleByArgument, Sendable, Equatable {
    package let seconds: Double

    /// Nil when the number is negative or not finite, or the unit is none of s, m, h and d.
    package init?(argument: String) {
        if argument == "0" {
            seconds = 0
            return
        }
        guard let unit = argument.last.flatMap({ Self.units[$0] }),
            let number = Double(argument.dropLast()), number >= 0, number.isFinite
        else { return nil }
        seconds = number * unit
    }

    private static let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
}
