import ArgumentParser
import Tracking
import TrackingClient

/// The choice of points that are exported.
package struct PointChoice: ParsableArguments {
    /// The attempts whose points count.
    enum Attempts: String, CaseIterable, ExpressibleByArgument {
        case current, all
    }

    @Option(
        name: .customLong("metrics"),
        help: ArgumentHelp(
            "Only metrics of these names; * stands for any characters. May be repeated.", valueName: "pattern"))
    var patterns: [String] = []
    @Option(help: "The points that count, or all, also those that a later attempt did again.")
    var attempts = Attempts.current

    package init() {}

    package func validate() throws {
        for pattern in patterns where !(1...NamePattern.maximumByteCount).contains(pattern.utf8.count) {
            throw ValidationError("--metrics must be a pattern of 1 to \(NamePattern.maximumByteCount) bytes.")
        }
    }

    var names: [NamePattern] { patterns.map { NamePattern($0) } }

    /// The question to the server for the points, which the program reads as messages.
    func query(isWide: Bool = false, asOf: LogMoment? = nil) -> ExportQuery {
        var query = ExportQuery(format: "protobuf")
        query.isWide = isWide
        query.metricNames = patterns
        query.allAttempts = attempts == .all
        query.asOf = asOf
        return query
    }
}
