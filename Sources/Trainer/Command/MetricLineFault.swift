import API

/// The fault in a line that was meant as metrics, as a sentence for the session's log.
package struct MetricLineFault: Equatable, Sendable {
    /// The kinds of faults; the log gets one line for each.
    package enum Kind: Hashable, Sendable {
        case notJSON, tooLong, noPlace, epoch, step, name, nested, huge, repeated, spelledTwice, tooMany
    }

    /// A kind with what its sentence needs.
    enum Reason: Equatable, Sendable {
        case notJSON(String)
        /// The bytes of the whole line.
        case tooLong(Int)
        /// Neither an epoch nor a step.
        case noPlace
        case epoch(String)
        case step(String)
        case name(String, String)
        case nested(String, String)
        case huge(String, String)
        case repeated(String)
        case spelledTwice(String)
        case tooMany

        /// True when it keeps one member from being recorded, not the line.
        var isAboutMember: Bool {
            switch kind {
            case .notJSON, .tooLong, .noPlace, .epoch, .step: false
            case .name, .nested, .huge, .repeated, .spelledTwice, .tooMany: true
            }
        }

        var kind: Kind {
            switch self {
            case .notJSON: .notJSON
            case .tooLong: .tooLong
            case .noPlace: .noPlace
            case .epoch: .epoch
            case .step: .step
            case .name: .name
            case .nested: .nested
            case .huge: .huge
            case .repeated: .repeated
            case .spelledTwice: .spelledTwice
            case .tooMany: .tooMany
            }
        }
    }

    package let kind: Kind
    /// The fault, what became of the line, and what would be right.
    package let message: String

    /// - Parameter isKept: Whether something of the line is recorded as metrics.
    init(_ reason: Reason, in line: String, isKept: Bool = false) {
        kind = reason.kind
        let beginning = line.utf8.count > 80 ? line.prefix(80) + "…" : line[...]
        let rest = isKept ? "The rest of the line is recorded." : "It is a line of the log only."
        let words =
            switch reason {
            case .notJSON(let fault):
                "begins like a JSON object and is none: \(fault). It is a line of the log only. Write one object a line, as "
                    + "json.dumps does in Python."
            case .tooLong(let byteCount):
                "has \(byteCount) bytes, and at most \(MetricLine.maximumByteCount) are read as metrics. It is a line of "
                    + "the log only, cut. Write fewer metrics a line."
            case .noPlace:
                "has numbers but no epoch and no step. \(rest) Add \"epoch\", counted from 1, or \"step\"."
            case .epoch(let value):
                "has the epoch \(Self.cut(value)), which must be a whole number from 1. "
                    + (isKept ? "It is recorded by its step only." : rest) + " Count epochs from 1."
            case .step(let value):
                "has the step \(Self.cut(value)), which must be a whole number from 0 to \(MetricLine.maximumStep). "
                    + (isKept ? "Its epoch is recorded without it." : rest)
                    + " Count the updates since the session's start."
            case .name(let name, let fault):
                "has a metric '\(Self.cut(name))' that is left out: its name \(fault). \(rest)"
            case .nested(let name, let kind):
                "has \(kind) as '\(Self.cut(name))', which is left out: metrics are numbers at the top of the object. "
                    + "\(rest) Give each number a name of its own, such as '\(Self.cut(name))/loss'."
            case .huge(let name, let value):
                "has \(Self.cut(value)) as '\(Self.cut(name))', which no number of 64 bits holds: it is taken as "
                    + "Infinity, as Python reads it."
            case .repeated(let name): "has '\(Self.cut(name))' more than once: the last one counts."
            case .spelledTwice(let name):
                "has '\(Self.cut(name))' in two spellings of the same letters (composed and decomposed): they are one "
                    + "metric, and the last value counts. Use one spelling (unicodedata.normalize in Python)."
            case .tooMany:
                "has more than \(MetricNames.maximumCount) metrics: the first \(MetricNames.maximumCount) are recorded."
            }
        message = "The line '\(beginning)' \(words)"
    }

    private static func cut(_ text: String) -> String { text.utf8.count > 60 ? text.prefix(60) + "…" : text }
}
