import ArgumentParser
import Tracking

/// The past moment that a command that reads shows.
package struct PastOption: ParsableArguments {
    @Option(
        name: .customLong("as-of"),
        help: ArgumentHelp(
            "Show what was there at this position of the log, or at this time.", valueName: "moment"))
    var moment: LogMoment?

    package init() {}
}

extension LogMoment: ExpressibleByArgument {
    /// Nil when the text is neither a position nor a time in RFC 3339.
    package init?(argument: String) { self.init(argument) }
}
