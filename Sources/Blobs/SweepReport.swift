/// What a sweep did.
package struct SweepReport: Equatable, Sendable {
    /// How many objects were deleted.
    package var deletedCount = 0
    /// How many bytes they took.
    package var deletedByteCount: Int64 = 0
    /// How many objects are left.
    package var keptCount = 0
}
