package import Tracking

/// What a trainer's report is answered with.
package struct ReportReceipt: Document, Equatable {
    package static let name = "ReportReceipt"

    package var sessionID = ""
    package var status = Session.Status.created
    package var attempt: Int?
    /// The log's position after the report.
    package var position: UInt64 = 0
    /// Whether the trainer is to save and stop.
    package var stopRequested = false
    /// How long the lease holds from now; nil when it is no longer held.
    package var leaseSeconds: Int?
    /// How many points, lines or readings were taken.
    package var accepted: Int?

    package init() {}

    package var leaseDuration: Duration? { leaseSeconds.map { .seconds($0) } }

    package static let fields: [Field<ReportReceipt>] = [
        Field("session_id", \.sessionID), Field("status", \.status), Field("attempt", \.attempt),
        Field("position", \.position), Field("stop_requested", \.stopRequested),
        Field("lease_seconds", \.leaseSeconds), Field("accepted", \.accepted),
    ]
}
