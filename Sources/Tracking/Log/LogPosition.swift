/// A place in the whole log. The first record stands at 1; `start`, 0, is the place before it.
package struct LogPosition: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package var rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Before the first record: reading after it gives everything.
    package static let start = LogPosition(0)

    /// The place of the next record.
    package var next: LogPosition { LogPosition(rawValue + 1) }

    package static func < (left: LogPosition, right: LogPosition) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }
}
