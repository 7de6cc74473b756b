import EventLog
package import ReadModels
package import Tracking

/// The health of the server's parts.
package struct Health: Sendable {
    /// One part of the server.
    package struct Component: Sendable {
        package var name: String
        /// The fault and what to do about it; nil when it works.
        package var message: String?
        /// Figures by name.
        package var figures: [(name: String, value: UInt64)] = []
    }

    private let core: TrackerCore
    private let startedAt: Timestamp
    private let launches: Bool
    package let monitor: ResourceMonitor

    /// - Parameter launches: Whether this server starts trainers.
    package init(_ core: TrackerCore, monitor: ResourceMonitor, launches: Bool) {
        self.core = core
        self.monitor = monitor
        self.launches = launches
        startedAt = core.now()
    }

    /// The log's head.
    package var head: LogPosition { core.store.head }
    package var readModelsPosition: LogPosition { core.readModels.position }
    package var leaseCount: Int { core.leases.table.count }
    package var damagedBlobCount: Int { core.damage.all.count }
    package var uptimeSeconds: Double { Double(max(0, core.now().rawValue - startedAt.rawValue)) / 1e6 }

    package var components: [Component] {
        let damaged = core.damage.all
        let (head, position) = (head.rawValue, readModelsPosition.rawValue)
        return [
            Component(
                name: "event_log", message: core.store.failure.map { told($0) },
                figures: [("position", head), ("syncs", core.store.syncCount)]),
            Component(
                name: "read_models", message: readModelsMessage,
                figures: [
                    ("position", position), ("lag", head - min(head, position)),
                    ("damages", UInt64(core.readModels.damageCount)),
                ]),
            Component(
                name: "blobs",
                message: damaged.isEmpty
                    ? nil
                    : "Damaged: \(damaged.map(\.description).joined(separator: ", ")). Upload them again, or restore a backup."
            ),
            room,
            Component(
                name: "alerts",
                figures: [
                    ("position", core.alertProgress.position.rawValue),
                    ("lag", head - min(head, core.alertProgress.position.rawValue)),
                    ("active", UInt64(core.alertProgress.activeCount)),
                ]),
            Component(
                name: "audit", message: core.auditStatus.fault.map { told($0) },
                figures: [
                    ("signed_size", core.auditStatus.signedSize),
                    ("silent_witnesses", UInt64(core.auditStatus.silentWitnessCount)),
                ]),
            Component(
                name: "retention", message: core.retentionStatus.fault.map { told($0) },
                figures: [
                    ("redacted_records", core.retentionStatus.counts.records),
                    ("deleted_checkpoints", core.retentionStatus.counts.checkpoints),
                ]),
            Component(
                name: "webhooks",
                message: core.webhookPost.pause.isPaused
                    ? "Webhooks are told nothing since the data was restored from a backup. Check that no other server tells "
                        + "them the same, then run `pivot webhooks resume`."
                    : nil, figures: [("paused", core.webhookPost.pause.isPaused ? 1 : 0)]),
            Component(
                name: "launcher", figures: [("enabled", launches ? 1 : 0), ("leases", UInt64(leaseCount))]),
        ]
    }

    /// The activity of the read models.
    package var readModels: ReadModelState { core.readModels.activity }

    /// Builds the read models anew, beside those that answer meanwhile.
    package func rebuildReadModels() { core.readModels.rebuild() }

    /// The room on the disk, and what is refused for want of it.
    private var room: Component {
        do {
            let room = try core.room.reading()
            let (free, reserve) = (room.freeByteCount, room.reserveByteCount)
            let reports = core.room.reserveByteCount(for: .report)
            return Component(
                name: "disk",
                message: !room.isShort
                    ? nil
                    : "\(free) bytes are free; \(reserve) must stay free. "
                        + (free < reports
                            ? "Only what ends or deletes something is" : "No creations and no uploads are")
                        + " accepted. Delete checkpoints or artifacts, or free some space on the disk.",
                figures: [("free_bytes", UInt64(max(0, free))), ("reserve_bytes", UInt64(reserve))])
        } catch {
            return Component(name: "disk", message: error.message)
        }
    }

    /// The words of a failure, without the place of the server's files.
    package func told(_ error: any Error) -> String { told("\(error)") }

    private func told(_ words: String) -> String {
        words.replacing(monitor.folder + "/", with: "").replacing(monitor.folder, with: "the data directory")
    }

    private var readModelsMessage: String? {
        switch core.readModels.activity {
        case .failed(let error): told(error)
        case .building(let position, let head):
            "They are being built from the log and answer nothing yet: \(position) of \(head) events are done."
        case .idle, .following, .rebuilding: nil
        }
    }
}
