package import EventLog
package import Tracking

/// Removes content from the records of sessions and keeps every proof: the headers of the records stay.
package struct Redactions: Sendable {
    private let core: TrackerCore

    init(_ core: TrackerCore) { self.core = core }

    /// What a redaction did, or would do.
    package struct Outcome: Sendable {
        package var redacted: RedactionCount
        /// What is left for further redactions of the same order: one takes away at most so many records.
        package var remaining: RedactionCount
        /// The event's position; nil when nothing was redacted.
        package var position: LogPosition?
        /// The time of the event.
        package var recordedAt: Timestamp?
    }

    /// Says what `redact` would take away, and changes nothing.
    ///
    /// - Throws: `unknown` when there never was such a session; `invalid`.
    package func preview(_ session: Session.ID, _ order: RedactionOrder) async throws -> Written<Outcome> {
        try order.check()
        _ = try await state(of: session)
        let plan = try await plan(session, order, through: core.store.version(of: session.stream))
        return Written(Outcome(redacted: plan.redacted, remaining: plan.remaining), at: core.store.head)
    }

    /// Takes the content away, of one transaction's worth of records, in the transaction that appends the event that says so.
    /// Returns once that is on disk and the read models have forgotten it.
    ///
    /// Sessions that are archived or deleted can be redacted too. When there is nothing to take away, nothing is recorded.
    ///
    /// - Throws: `unknown` when there never was such a session; `invalid`.
    package func redact(
        _ session: Session.ID, _ order: RedactionOrder, as identity: CommandIdentity
    ) async throws -> Written<Outcome> {
        try order.check()
        if identity.mayBeRepeat, let earlier = try await earlierOutcome(session, order, identity) { return earlier }
        for _ in 0...CommandHandler<SessionDecider>.maximumRetries {
            // What others record of the session from here on conflicts with the append.
            let version = try await core.store.version(of: session.stream)
            var plan = try await plan(session, order, through: version)
            let events: [SessionEvent]
            do {
                events = try SessionDecider.decide(.redact(plan.event(order)), given: try await state(of: session))
            } catch let refusal as SessionRefusal {
                throw CommandError<SessionRefusal>.refused(refusal, session.stream)
            }
            guard !events.isEmpty else {
                return Written(Outcome(redacted: plan.redacted, remaining: plan.remaining), at: core.store.head)
            }
            var request = AppendRequest(
                stream: session.stream, events: try events.map { try $0.encoded(occurredAt: identity.occurredAt) },
                expecting: .exactly(version), commandID: identity.id, commandDigest: identity.digest,
                actor: identity.actor)
            request.redacting = plan.records
            let result: AppendResult
            do throws(AppendError) {
                result = try await core.store.append(request)
            } catch {
                guard case .conflict = error else { throw CommandError<SessionRefusal>.log(error) }
                continue
            }
            if result.isRepeat, let earlier = try await earlierOutcome(session, order, identity) { return earlier }
            let outcome = Outcome(
                redacted: plan.redacted, remaining: plan.remaining, position: result.last,
                recordedAt: result.recordedAt)
            return try await forgotten(outcome, at: result.last)
        }
        throw CommandError<SessionRefusal>.contended
    }

    // MARK: -

    /// The session's state; also that of one that is deleted.
    private func state(of session: Session.ID) async throws -> SessionState {
        let state = try await core.sessions.state(of: session.stream)
        guard state.status != nil else { throw TrackerError.unknown(.session, session.text) }
        return state
    }

    /// Waits until the read models have forgotten what went.
    private func forgotten(_ outcome: Outcome, at position: LogPosition) async throws -> Written<Outcome> {
        try await core.read(after: position) { _ in Written(outcome, at: position) }
    }

    /// What the same command did when it came first; nil when it has not come yet.
    private func earlierOutcome(
        _ session: Session.ID, _ order: RedactionOrder, _ identity: CommandIdentity
    ) async throws -> Written<Outcome>? {
        guard let receipt = try await core.store.command(identity.id, in: session.stream) else { return nil }
        guard receipt.digest == identity.digest else {
            throw CommandError<SessionRefusal>.log(.commandReused(first: receipt.first))
        }
        guard let record = try await core.store.event(at: receipt.first),
            case .redacted(let redacted) = try SessionEvent(record)
        else { return nil }
        var count = RedactionCount()
        count.recordCount = redacted.positionDeltas.count
        count.byteCount = Int(clamping: redacted.byteCount)
        let rest = try await plan(session, order, through: core.store.version(of: session.stream))
        var remaining = rest.redacted
        remaining.add(rest.remaining)
        let outcome = Outcome(
            redacted: count, remaining: remaining, position: receipt.first, recordedAt: record.recordedAt)
        return try await forgotten(outcome, at: receipt.last)
    }

    /// Looks through the session's records, those of its own stream first: of these all go at once.
    ///
    /// - Parameter version: The last version of the session's stream that is looked at.
    private func plan(
        _ session: Session.ID, _ order: RedactionOrder, through version: StreamVersion
    ) async throws -> RedactionPlan {
        var plan = RedactionPlan()
        let own = order.kinds.filter { !$0.isTelemetry }
        if !own.isEmpty {
            try await add(to: &plan, recordsOf: session.stream, through: version, order, own, areDue: true)
        }
        let measured = order.kinds.filter(\.isTelemetry)
        if !measured.isEmpty {
            let end = try await core.store.version(of: session.telemetry)
            try await add(to: &plan, recordsOf: session.telemetry, through: end, order, measured, areDue: false)
        }
        return plan
    }

    private func add(
        to plan: inout RedactionPlan, recordsOf stream: StreamID, through end: StreamVersion, _ order: RedactionOrder,
        _ kinds: Set<RedactionKind>, areDue: Bool
    ) async throws {
        var version = StreamVersion.none
        while version < end {
            try Task.checkCancellation()
            let records = try await core.store.events(in: stream, after: version, limit: .standard)
            guard let last = records.last else { return }
            version = last.version
            for record in records where record.version <= end && order.includes(record) {
                for kind in kinds {
                    guard let payload = try kind.remainder(of: record) else { continue }
                    guard plan.add(record, leaving: payload, isDue: areDue) else {
                        throw TrackerError.invalid(
                            field: "kinds",
                            reason:
                                "names the \(kind.rawValue) of a session that has more records of them than can go at "
                                + "once")
                    }
                }
            }
        }
    }
}
