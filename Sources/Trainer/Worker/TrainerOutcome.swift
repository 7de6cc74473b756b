/// The end of an attempt by its own word.
package enum TrainerOutcome: Equatable, Sendable {
    case completed
    case stopped
    case failed(message: String)
}
