/// The refusal of a configuration: every problem that was found, in the order of the rules, at most twenty.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The problem to show when there is room for one.
    package let first: ConfigurationProblem
    /// The others.
    package let others: [ConfigurationProblem]

    /// An error of the given problems.
    package init(_ first: ConfigurationProblem, others: some Sequence<ConfigurationProblem> = []) {
        self.first = first
        self.others = Array(others.prefix(19))
    }

    /// All problems.
    package var problems: [ConfigurationProblem] { [first] + others }

    /// The path of the first problem, for `details.field` of an answer.
    package var path: String { first.path }

    /// The line of the first problem.
    package var line: Int? { first.line }

    /// One problem a line.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
