/// The columns of points that are wanted: the others may be empty.
package struct PointColumns: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let steps = PointColumns(rawValue: 1)
    package static let times = PointColumns(rawValue: 2)
    package static let values = PointColumns(rawValue: 4)
    package static let attempts = PointColumns(rawValue: 8)
    package static let all: PointColumns = [.steps, .times, .values, .attempts]
}
