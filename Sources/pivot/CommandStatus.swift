/// How the process ends; the numbers are part of the command line's contract and stand in its help.
package enum CommandStatus: Int32, Sendable {
    case done = 0
    case failed = 1
    case usage = 2
    case notFound = 3
    case unreachable = 4
    case trainingFailed = 5
    case trainingStopped = 6
    case interrupted = 130
}
