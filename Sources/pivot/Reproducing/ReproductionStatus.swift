/// How `pivot reproduce` ends; the numbers are part of the command line's contract and stand in its help. They replace
/// the general ones, so that a program can tell every verdict from every failure.
package enum ReproductionStatus: Int32, CaseIterable, Sendable {
    case identical = 0
    case failed = 1
    case usage = 2
    case withinTolerance = 3
    case differs = 4
    case refused = 5
    case incomplete = 6
    case unreachable = 7
    case notFound = 8
    case interrupted = 130

    /// The status of a verdict; nil when this version does not know it.
    package init?(verdict: String) {
        switch verdict {
        case "identical": self = .identical
        case "within_tolerance": self = .withinTolerance
        case "differs": self = .differs
        case "refused": self = .refused
        case "incomplete": self = .incomplete
        default: return nil
        }
    }

    /// What takes the place of a general status.
    package init(_ status: CommandStatus) {
        self =
            switch status {
            case .done: .identical
            case .failed: .failed
            case .usage: .usage
            case .notFound: .notFound
            case .unreachable: .unreachable
            case .trainingFailed, .trainingStopped: .incomplete
            case .interrupted: .interrupted
            }
    }
}
