package import Tracking

/// The length and the time of a file, as its folder knows them.
package struct FileInformation: Equatable, Sendable {
    /// The file's length.
    package let byteCount: Int64
    /// The time at which it was written, or its time set, last.
    package let modifiedAt: Timestamp

    package init(byteCount: Int64, modifiedAt: Timestamp) {
        self.byteCount = byteCount
        self.modifiedAt = modifiedAt
    }
}
