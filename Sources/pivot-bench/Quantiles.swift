/// Sorted times of many equal things.
struct Quantiles {
    private let sorted: [Double]

    init(_ times: [Double]) { sorted = times.sorted() }

    /// The time that the share `quantile` of all do not exceed; NaN of none.
    func at(_ quantile: Double) -> Double {
        guard !sorted.isEmpty else { return .nan }
        return sorted[min(sorted.count - 1, Int(quantile * Double(sorted.count)))]
    }
}
