/// The number of records in a stream, which is also the place of its last one. A stream that does not exist is at 0.
package struct StreamVersion: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package var rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// The version of a stream without records.
    package static let none = StreamVersion(0)

    /// The version after `count` more records.
    package func advanced(by count: Int) -> StreamVersion { StreamVersion(rawValue + UInt64(count)) }

    /// The version right before this one, whether or not a record has it: reading after it begins with this one.
    package var previous: StreamVersion { StreamVersion(rawValue - 1) }

    package static func < (left: StreamVersion, right: StreamVersion) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }
}
