/// The progress of a backup or a restore.
package struct BackupProgress: Equatable, Sendable {
    /// The parts of the work, in their order.
    package enum Part: String, Sendable {
        case records
        case blobs
        case verifying
    }

    package var part: Part
    /// What is done of the part, and all of it: records, or bytes.
    package var done: Int64
    package var total: Int64

    package init(_ part: Part, done: Int64, total: Int64) {
        (self.part, self.done, self.total) = (part, done, total)
    }

    /// The share that is done; 1 when there is nothing to do.
    package var share: Double { total > 0 ? min(1, Double(done) / Double(total)) : 1 }
}
