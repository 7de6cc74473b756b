/// The bound that a figure is wanted to reach.
enum Target: Equatable, Sendable {
    case atLeast(Double)
    case atMost(Double)
    /// So many times what is measured beside it: a bound that moves with the machine.
    case atLeastRatio(Double)

    /// True when `figure` reaches it, `ratio` being the figure in units of what was measured beside it.
    func isMet(by figure: Double, ratio: Double?) -> Bool {
        switch self {
        case .atLeast(let bound): figure >= bound
        case .atMost(let bound): figure <= bound
        case .atLeastRatio(let bound): (ratio ?? 0) >= bound
        }
    }

    /// As it is written in the table.
    var text: String {
        switch self {
        case .atLeast(let bound): "≥ " + Figure.text(bound)
        case .atMost(let bound): "≤ " + Figure.text(bound)
        case .atLeastRatio(let bound): "ratio ≥ " + Figure.text(bound)
        }
    }
}
