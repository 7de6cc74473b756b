package import Tracking

/// The point up to which a feed was read: everything up to a position, or the first parts of the event at one.
///
/// Written `57`, or `57.2` when two frames of a longer event were sent.
package struct FeedCursor: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The last event that was sent, wholly or in part.
    package var position: LogPosition
    /// The number of that event's frames that were sent; nil when all were.
    package var part: Int?

    package init(_ position: LogPosition, part: Int? = nil) {
        self.position = position
        self.part = part
    }

    /// Reads a cursor as `description` writes it; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let words = text.split(separator: ".", omittingEmptySubsequences: false)
        func number(_ word: some StringProtocol) -> UInt64? {
            word.utf8.allSatisfy { (48...57).contains($0) } ? UInt64(word) : nil
        }
        guard words.count <= 2, let position = words.first.flatMap(number) else { return nil }
        self.position = LogPosition(position)
        if words.count == 2 {
            guard let part = number(words[1]), part > 0, part < Int32.max else { return nil }
            self.part = Int(part)
        }
    }

    /// The position after which events are to be read.
    package var readsAfter: LogPosition {
        part == nil || position == .start ? position : LogPosition(position.rawValue - 1)
    }

    package var description: String { part.map { "\(position).\($0)" } ?? "\(position)" }

    package static func < (left: FeedCursor, right: FeedCursor) -> Bool {
        (left.position, left.part ?? .max) < (right.position, right.part ?? .max)
    }
}
