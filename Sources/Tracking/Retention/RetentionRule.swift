/// A rule that says what is kept of sessions, and for how long.
package enum RetentionRule {
    /// The most rules that there can be at a time.
    package static let mostRules = 100
    /// The days that a rule can wait: at most a hundred years.
    package static let days: ClosedRange<UInt32> = 0...36_525
    /// The numbers of checkpoints that a rule can keep.
    package static let checkpointCounts: ClosedRange<UInt32> = 1...1000
    /// The most bytes of a rule's filter.
    package static let mostFilterBytes = 16_384

    /// A rule's name: 1 to 64 letters, digits, `.`, `_` or `-` of ASCII, of which the first is a letter or a digit.
    package struct Name: Hashable, Sendable, Comparable, CustomStringConvertible {
        /// The rule in words, for errors.
        package static let rule =
            "must have 1 to 64 letters, digits, '.', '_' or '-', of which the first is a letter or a digit"

        package let text: String

        /// Nil when `text` is no name.
        package init?(_ text: some StringProtocol) {
            guard (1...64).contains(text.utf8.count), let first = text.utf8.first,
                Identifiers.isAllowed(first), first != UInt8(ascii: "_"), first != UInt8(ascii: "-"),
                text.utf8.allSatisfy({ Identifiers.isAllowed($0) || $0 == UInt8(ascii: ".") })
            else { return nil }
            self.text = String(text)
        }

        package var stream: StreamID { StreamID(.retention, text) }

        /// The actor of what the rule does.
        package var actor: String { "retention:" + text }

        package var description: String { text }

        package static func < (left: Name, right: Name) -> Bool { left.text < right.text }
    }

    /// The sessions that a rule is about, and the moment that its days are counted from.
    package enum Status: String, CaseIterable, Sendable {
        /// Those that are archived; from when they were.
        case archived
        /// Those that were completed, stopped or failed, archived ones among them; from when they ended.
        case ended
    }
}
