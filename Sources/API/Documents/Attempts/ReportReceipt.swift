package import Tracking

/// The answer to a trainer's report.
package struct ReportReceipt: Document, Equatable {
    package static let name = "ReportReceipt"

    package var sessionID = ""
    package var status = Session.Status.created
    package var attempt: Int?
    /// The log's position after the report.
    package var position: UInt64 = 0
    /// True when the trainer is to save and stop.
    package var stopRequested = false
    /// The time that the lease holds from now; nil when it is no longer held.
    package var leaseSeconds: Int?
    /// The number of points, lines or readings that were taken.
    package var accepted: Int?

    package init() {}

    package var leaseDuration: Duration? { leaseSeconds.map { .seconds($0) } }

    package static let fields: [Field<ReportReceipt>] = [
        Field("session_id", \.sessionID), Field("status", \.status), Field("attempt", \.attempt),
        Field("position", \.position), Field("stop_requested", \.stopRequested),
        Field("lease_seconds", \.leaseSeconds), Field("accepted", \.accepted),
    ]
}
