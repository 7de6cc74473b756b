/// A request to have a new key sign the tree heads of the log.
package struct LogKeyRotation: Document, Equatable {
    package static let name = "RotateLogKey"

    /// The days for which the keys before sign too; 90 when nil, and at once over at 0.
    package var overlapDays: Double?

    package init() {}

    package static let fields: [Field<LogKeyRotation>] = [
        Field("overlap_days", \.overlapDays, .range(0...3650))
    ]
}
