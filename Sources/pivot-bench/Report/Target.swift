/// The bound that a figure is wanted to reach.
enum Target: Equatable, Sendable {
    case atLeast(Double)
    case atMost(Double)

    /// True when `figure` reaches it.
    func isMet(by figure: Double) -> Bool {
        switch self {
        case .atLeast(let bound): figure >= bound
        case .atMost(let bound): figure <= bound
        }
    }

    /// As it is written in the table.
    var text: String {
        switch self {
        case .atLeast(let bound): "≥ " + Figure.text(bound)
        case .atMost(let bound): "≤ " + Figure.text(bound)
        }
    }
}
