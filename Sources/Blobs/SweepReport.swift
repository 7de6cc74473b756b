/// The amounts that a sweep deleted and kept.
package struct SweepReport: Equatable, Sendable {
    /// The number of objects that were deleted.
    package var deletedCount = 0
    /// The bytes that they took.
    package var deletedByteCount: Int64 = 0
    /// The number of objects that are left.
    package var keptCount = 0
    /// True when nothing was looked at, since a copy of the store is being made.
    package var isPostponed = false

    package init() {}
}
