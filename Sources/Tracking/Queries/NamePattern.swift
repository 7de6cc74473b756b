/// A pattern that names match: `*` stands for any characters, also none; every other character stands for itself.
package struct NamePattern: Sendable, Equatable {
    /// The most bytes of a pattern: a name's, and as many stars.
    package static let maximumByteCount = 510

    package let text: String
    /// What stands between the stars.
    private let parts: [[UInt8]]

    package init(_ text: String) {
        self.text = text
        parts = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map { Array($0) }
    }

    /// True when the whole name is of the pattern's form; upper and lower case differ.
    package func matches(_ name: String) -> Bool {
        var rest = Array(name.utf8)[...]
        guard let head = parts.first, rest.starts(with: head) else { return false }
        guard parts.count > 1, let tail = parts.last else { return rest.count == head.count }
        rest = rest.dropFirst(head.count)
        guard rest.count >= tail.count, rest.suffix(tail.count) == tail[...] else { return false }
        rest = rest.dropLast(tail.count)
        // The earliest place of each part leaves the most room for those that follow.
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let place = rest.firstRange(of: part) else { return false }
            rest = rest[place.upperBound...]
        }
        return true
    }
}

extension [NamePattern] {
    /// True when one of them matches, or there are none.
    package func allow(_ name: String) -> Bool { isEmpty || contains { $0.matches(name) } }
}
