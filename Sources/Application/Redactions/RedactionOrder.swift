package import Tracking

/// The content of a session that is to be forgotten, and why.
package struct RedactionOrder: Sendable {
    /// In no order; at least one.
    package var kinds: Set<RedactionKind>
    package var reason: String
    /// Only what was recorded before; nil for everything. Of telemetry only.
    package var before: Timestamp?
    /// Only the records at these places of the log; nil for all. Of telemetry only.
    package var positions: Set<LogPosition>?

    package init(
        kinds: Set<RedactionKind>, reason: String, before: Timestamp? = nil, positions: Set<LogPosition>? = nil
    ) {
        self.kinds = kinds
        self.reason = reason
        self.before = before
        self.positions = positions
    }

    /// Makes sure that it can be carried out.
    ///
    /// - Throws: `invalid`.
    func check() throws(TrackerError) {
        guard !kinds.isEmpty else { throw .invalid(field: "kinds", reason: "must name at least one kind") }
        guard !reason.isEmpty else { throw .invalid(field: "reason", reason: "must not be empty") }
        guard let whole = kinds.filter({ !$0.isTelemetry }).map(\.rawValue).min() else { return }
        for (field, isGiven) in [("before", before != nil), ("positions", positions != nil)] where isGiven {
            throw .invalid(field: field, reason: "cannot be combined with \(whole), which go as a whole")
        }
    }

    /// True when the record is one of those that may lose content.
    func includes(_ record: RecordedEvent) -> Bool {
        if let before, record.firstRecordedAt >= before { return false }
        return positions?.contains(record.position) ?? true
    }
}
