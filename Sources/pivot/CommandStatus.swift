/// The exit status of any command; the numbers are part of the command line's contract and stand in its help.
package enum CommandStatus: Int32, CaseIterable, Sendable {
    case done = 0
    case failed = 1
    case usage = 2
    case notFound = 3
    case unreachable = 4
    case trainingFailed = 5
    case trainingStopped = 6
    case notClaimable = 7
    case superseded = 8
    case programFailed = 9
    case withinTolerance = 10
    case different = 11
    case notReproducible = 12
    case inconclusive = 13
    case interrupted = 130

    /// The status of a verdict on a reproduction; nil when this version does not know it.
    package init?(verdict: String) {
        switch verdict {
        case "identical": self = .done
        case "within_tolerance": self = .withinTolerance
        case "differs": self = .different
        case "refused": self = .notReproducible
        case "incomplete": self = .inconclusive
        default: return nil
        }
    }

    /// The meaning of the status, in words.
    var meaning: String {
        switch self {
        case .done: "success; a reproduction is bit-identical"
        case .failed: "failure"
        case .usage: "the command line or a configuration is invalid"
        case .notFound: "there is no such session, checkpoint or file on the server"
        case .unreachable: "no server can be reached"
        case .trainingFailed: "the training failed"
        case .trainingStopped: "the training was stopped before it finished"
        case .notClaimable: "the session cannot be trained now, or another trainer holds it"
        case .superseded: "another attempt has taken over the session"
        case .programFailed: "the program that trains the session failed"
        case .withinTolerance: "the reproduction is equal within the tolerance"
        case .different: "the reproduction differs"
        case .notReproducible: "what the original was trained with has changed or is missing"
        case .inconclusive: "the reproduction ended before there was a verdict, or too little was recorded"
        case .interrupted: "interrupted by Ctrl-C"
        }
    }

    /// `statuses` as a table for a command's help.
    static func table(_ statuses: [CommandStatus] = allCases) -> String {
        statuses.map { status in
            let number = String(status.rawValue)
            return "  " + number + String(repeating: " ", count: 5 - number.count) + status.meaning
        }.joined(separator: "\n")
    }
}
