package import TrainingConfiguration

/// The outcome that a session's creation would have.
package struct SessionCheck: Sendable {
    /// The configuration with all defaults, which every trainer reads; nil when it is refused.
    package var configuration: TrainingConfiguration?
    /// The name that the session would get.
    package var name = ""
    /// The reasons for which it would not be created, as its creation would throw them: failures of the server are among them.
    package var refusals: [any Error] = []

    init() {}
}
