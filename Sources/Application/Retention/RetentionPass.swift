import EventLog
import ReadModels
import Tracking

/// One walk of the retention rules over the sessions that are due, by the use cases that people have.
///
/// Every command has an id that follows from the rule, the session and what is done, and what is taken is looked for anew each
/// time: so a walk that is broken off is gone on with by the next one, and repeats nothing.
struct RetentionPass {
    let core: TrackerCore
    let redactions: Redactions
    let checkpoints: Checkpoints
    /// True to say what would go, and take nothing.
    let isDryRun: Bool
    /// The most sessions of which something is taken.
    let limit: Int
    let now: Timestamp

    private(set) var report = RetentionReport()
    /// Of a dry run, what another rule takes already.
    private var taken: [Session.ID: (kinds: Set<RedactionKind>, checkpoints: Set<Checkpoint.ID>)] = [:]

    init(
        core: TrackerCore, redactions: Redactions, checkpoints: Checkpoints, isDryRun: Bool, limit: Int
    ) {
        self.core = core
        self.redactions = redactions
        self.checkpoints = checkpoints
        self.isDryRun = isDryRun
        self.limit = limit
        now = core.now()
    }

    /// A rule as it is applied.
    private struct Rule {
        let name: RetentionRule.Name
        let settings: RetentionRuleSettings
        /// The event that set it.
        let position: LogPosition
    }

    /// Goes on until nothing is left, `limit` is reached or something fails.
    mutating func run() async throws {
        let documents = try await core.readWithoutLimit { try $0.retentionRules() }
        core.retentionStatus.forget(allBut: Set(documents.map { LogPosition($0.lastPosition) }))
        for document in documents {
            guard let name = RetentionRule.Name(document.name) else { continue }
            let rule = Rule(
                name: name, settings: document.settings, position: LogPosition(document.lastPosition))
            var place = "sessions"
            do {
                for session in try await due(rule) {
                    try Task.checkCancellation()
                    guard report.items.count < limit else {
                        report.hasMore = true
                        return
                    }
                    place = session.text
                    try await apply(rule, to: session)
                }
            } catch let error as CancellationError {
                throw error
            } catch {
                if !isDryRun {
                    core.retentionStatus.stopped(
                        "The retention rule \(name) could not be applied to \(place): \(error)")
                }
                throw error
            }
        }
    }

    /// The sessions whose time has come, in the order of their creation.
    private func due(_ rule: Rule) async throws -> [Session.ID] {
        var filter = SessionFilter()
        filter.includesArchived = true
        filter.condition = try rule.settings.condition()
        if rule.settings.status == RetentionRule.Status.archived.rawValue {
            let archived = SessionCondition.comparison(.archived, .equal, [.flag(true)])
            filter.condition = filter.condition.map { .all([$0, archived]) } ?? archived
        }
        return try await core.readWithoutLimit { [filter, now] snapshot in
            var ids: [Session.ID] = []
            try snapshot.forEach(of: try snapshot.sessionIDs(filter)) { id, document in
                if rule.settings.isDue(document, at: now) { ids.append(id) }
            }
            return ids
        }
    }

    private mutating func apply(_ rule: Rule, to session: Session.ID) async throws {
        let versions = RetentionStatus.Versions(
            session: try await core.store.version(of: session.stream),
            telemetry: try await core.store.version(of: session.telemetry))
        guard !core.retentionStatus.isDone(session, versions, by: rule.position) else { return }
        // The rule may have been changed or deleted since the walk began, and the session brought back or deleted.
        guard try await core.retentionRules.state(of: rule.name.stream) == .active(rule.settings) else { return }
        guard let found = try await find(rule, session) else { return }
        var item = RetentionReport.Item(rule: rule.name, session: session, sessionName: found.sessionName)
        try await redact(rule, session, into: &item)
        try await delete(found, rule, session, into: &item)
        if !item.isEmpty {
            report.items.append(item)
            if !isDryRun { core.retentionStatus.took(item) }
        } else if !found.isWithheld, taken[session] == nil {
            core.retentionStatus.done(session, versions, by: rule.position)
        }
    }

    // MARK: - Content

    private mutating func redact(
        _ rule: Rule, _ session: Session.ID, into item: inout RetentionReport.Item
    ) async throws {
        let kinds = rule.settings.kinds.subtracting(taken[session]?.kinds ?? [])
        guard !kinds.isEmpty else { return }
        let order = RedactionOrder(
            kinds: kinds, reason: "rule \(rule.name): \(rule.settings.redactionReason)")
        guard !isDryRun else {
            let planned = try await redactions.preview(session, order).value
            item.redacted.add(planned.redacted)
            item.redacted.add(planned.remaining)
            if item.redacted.recordCount > 0 { taken[session, default: ([], [])].kinds.formUnion(kinds) }
            return
        }
        while true {
            try Task.checkCancellation()
            // What is left differs after each of them, and so does the stream's version.
            let version = try await core.store.version(of: session.stream)
            let done = try await redactions.redact(
                session, order, as: try identity(rule, "\(session)/redact/\(version)"))
            guard let position = done.value.position else { return }
            item.redacted.add(done.value.redacted)
            report.position = max(report.position ?? .start, position)
            guard done.value.remaining.recordCount > 0 else { return }
        }
    }

    // MARK: - Checkpoints

    /// The checkpoints that a rule finds of a session.
    private struct Found: Sendable {
        var sessionName: String
        var surplus: [CheckpointEntry] = []
        /// True when checkpoints would be surplus but for an alias or a session that continues from them.
        var isWithheld = false
    }

    /// Nil when the session is not due any more.
    private func find(_ rule: Rule, _ session: Session.ID) async throws -> Found? {
        try await core.readWithoutLimit { [now] snapshot in
            guard let document = try snapshot.session(session), rule.settings.isDue(document, at: now) else {
                return nil
            }
            var found = Found(sessionName: document.name)
            guard rule.settings.keepBestCheckpoints > 0 else { return found }
            let surplus = CheckpointSurplus.entries(
                of: try snapshot.checkpoints(of: session, includesSuperseded: true),
                keeping: Int(rule.settings.keepBestCheckpoints), isMaximized: document.monitorMaximum,
                keepsLast: document.status != Session.Status.completed.rawValue)
            guard !surplus.isEmpty else { return found }
            let continued = try snapshot.continuedCheckpoints(of: session)
            for entry in surplus {
                let id = entry.document.checkpointID
                if !continued.contains(id), try snapshot.aliases(ofSession: session.text, checkpoint: id).isEmpty {
                    found.surplus.append(entry)
                } else {
                    found.isWithheld = true
                }
            }
            return found
        }
    }

    private mutating func delete(
        _ found: Found, _ rule: Rule, _ session: Session.ID, into item: inout RetentionReport.Item
    ) async throws {
        for entry in found.surplus {
            guard let id = Checkpoint.ID(entry.document.checkpointID),
                taken[session]?.checkpoints.contains(id) != true
            else { continue }
            if isDryRun {
                taken[session, default: ([], [])].checkpoints.insert(id)
            } else {
                try Task.checkCancellation()
                guard let position = try await delete(id, entry, rule) else { continue }
                report.position = max(report.position ?? .start, position)
            }
            item.checkpoints.append(id)
            item.checkpointByteCount += Int(clamping: entry.document.byteCount)
        }
    }

    /// Deletes a checkpoint; nil when it is gone already, or in use since it was looked for.
    private func delete(_ id: Checkpoint.ID, _ entry: CheckpointEntry, _ rule: Rule) async throws -> LogPosition? {
        do {
            return try await checkpoints.delete(
                id.text, reason: "rule \(rule.name): \(rule.settings.surplusReason(by: entry.monitor))",
                as: try identity(rule, id.text)
            ).position
        } catch TrackerError.aliased, TrackerError.checkpointsBusy, TrackerError.checkpointDeleted {
            return nil
        }
    }

    /// The identity of a command of the rule: the same key again is the same command.
    private func identity(_ rule: Rule, _ key: String) throws -> CommandIdentity {
        guard let id = CommandID("retention/\(rule.name)/\(key)") else {
            throw TrackerError.invalid(field: "rule", reason: "and session make too long a command id: \(key)")
        }
        return CommandIdentity(
            id: id, digest: Digest(hashing: Array(id.text.utf8)), actor: rule.name.actor, mayBeRepeat: true)
    }
}

extension ReadModelSnapshot {
    /// The checkpoints of `session` from which others continue that were not deleted.
    fileprivate func continuedCheckpoints(of session: Session.ID) throws -> Set<String> {
        var filter = SessionFilter()
        filter.includesArchived = true
        filter.condition = .comparison(.parent, .equal, [.text(session.text)])
        var ids: Set<String> = []
        try forEach(of: try sessionIDs(filter)) { _, document in
            if document.hasParentCheckpoint { ids.insert(document.parentCheckpoint.checkpointID) }
        }
        return ids
    }
}
