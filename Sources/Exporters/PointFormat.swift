package import Tracking

/// A format in which the points of a session are exported: a row for each point.
///
/// A new format is a type of this kind and its place in `PointFormats.all`.
package protocol PointFormat: Sendable {
    /// The value of `format` that asks for it, which is also the extension of its files.
    static var name: String { get }
    static var contentType: String { get }
    /// The bytes before the first row.
    static var head: [UInt8] { get }
    /// The bytes of a row.
    static func append(_ point: ExportedPoint, to bytes: inout [UInt8])
}

/// The formats there are.
package enum PointFormats {
    package static let all: [any PointFormat.Type] = [CSVFormat.self, JSONLinesFormat.self]
}

/// A point with everything that tells it from others.
package struct ExportedPoint: Sendable {
    package var session: String
    package var metric: String
    /// `epoch` or `step`: where the value was reported.
    package var axis: String
    package var attempt: UInt32
    package var step: Int64
    /// Nil for a point by step.
    package var epoch: Int64?
    package var time: Timestamp
    package var value: Double
}
