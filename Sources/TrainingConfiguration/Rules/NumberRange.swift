/// A range of numbers whose ends may or may not belong to it.
struct NumberRange: Equatable, Sendable {
    let lower: Double
    let upper: Double
    let includesLower: Bool
    let includesUpper: Bool

    /// From `lower` to `upper`, both included.
    static func from(_ lower: Double, to upper: Double) -> Self {
        Self(lower: lower, upper: upper, includesLower: true, includesUpper: true)
    }

    /// From `lower` to just below `upper`.
    static func from(_ lower: Double, below upper: Double) -> Self {
        Self(lower: lower, upper: upper, includesLower: true, includesUpper: false)
    }

    /// From just above `lower` to `upper`.
    static func above(_ lower: Double, to upper: Double) -> Self {
        Self(lower: lower, upper: upper, includesLower: false, includesUpper: true)
    }

    /// From just above `lower` to just below `upper`.
    static func above(_ lower: Double, below upper: Double) -> Self {
        Self(lower: lower, upper: upper, includesLower: false, includesUpper: false)
    }

    func contains(_ value: Double) -> Bool {
        (includesLower ? value >= lower : value > lower) && (includesUpper ? value <= upper : value < upper)
    }

    /// The range in words, after "a number".
    var words: String {
        "\(includesLower ? "from" : "above") \(Self.short(lower)) "
            + "\(includesUpper ? "to" : "to below") \(Self.short(upper))"
    }

    private static func short(_ value: Double) -> String { Int64(exactly: value).map(String.init) ?? "\(value)" }
}
