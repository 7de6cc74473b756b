import ArgumentParser

/// The bounds of a number that an option takes.
enum NumberOption {
    /// Refuses a number outside `range`, naming the option, what it takes and what it was given.
    static func check(_ option: String, _ number: Int?, _ range: ClosedRange<Int>) throws {
        guard let number, !range.contains(number) else { return }
        let bounds =
            range.upperBound == .max
            ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
        throw ValidationError("\(option) must be \(bounds), not \(number).")
    }
}
