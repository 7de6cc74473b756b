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
    /// A position, a time in RFC 3339, or a day, which means its last moment in UTC. Nil when the text is none of these.
    package init?(argument: String) {
        let isDay = argument.split(separator: "-").map(\.utf8.count) == [4, 2, 2]
        self.init(isDay ? argument + "T23:59:59.999999Z" : argument)
    }
}
