extension RetentionRuleSettings {
    /// The kinds of content that are redacted.
    package var kinds: Set<RedactionKind> { Set(redact.compactMap { RedactionKind(rawValue: $0) }) }

    /// The condition on sessions; nil for all.
    ///
    /// - Throws: When it cannot be read.
    package func condition() throws(SessionConditionError) -> SessionCondition? {
        filter.isEmpty ? nil : try SessionCondition(filter)
    }

    /// Brings it into its one form, and checks that the parts make a rule.
    package mutating func complete() throws(RetentionFault) {
        redact = kinds.map(\.rawValue).sorted()
        guard RetentionRule.Status(rawValue: status) != nil else {
            throw RetentionFault("status", "must be archived or ended, not '\(status)'")
        }
        guard RetentionRule.days.contains(afterDays) else {
            throw RetentionFault("after_days", "must be from 0 to \(RetentionRule.days.upperBound), not \(afterDays)")
        }
        guard keepBestCheckpoints == 0 || RetentionRule.checkpointCounts.contains(keepBestCheckpoints) else {
            throw RetentionFault(
                "keep_best_checkpoints",
                "must be from 1 to \(RetentionRule.checkpointCounts.upperBound), not \(keepBestCheckpoints)")
        }
        guard !redact.isEmpty || keepBestCheckpoints > 0 else {
            throw RetentionFault("redact", "is required, or keep_best_checkpoints: the rule would take nothing away")
        }
        do {
            _ = try condition()
        } catch {
            throw RetentionFault("filter", "cannot be read: \(error)")
        }
    }

    /// The moment from which the days are counted for `session`; nil when the rule is not about it, whatever its filter says. Of
    /// one that was imported it is that of its import at the earliest.
    package func beginning(of session: SessionDocument) -> Timestamp? {
        let time: Int64
        switch RetentionRule.Status(rawValue: status) {
        case .archived:
            guard session.archived else { return nil }
            time = session.archivedAt
        case .ended:
            let ends = [Session.Status.completed, .stopped, .failed].map(\.rawValue)
            guard session.hasCompletedAt, ends.contains(session.status) else { return nil }
            time = session.completedAt
        case nil: return nil
        }
        return Timestamp(rawValue: session.hasImported ? max(time, session.imported.importedAt) : time)
    }

    /// True when the rule's days have passed for `session`, whatever its filter says.
    package func isDue(_ session: SessionDocument, at now: Timestamp) -> Bool {
        guard let beginning = beginning(of: session) else { return false }
        return beginning.advanced(by: .seconds(Int64(afterDays) * 86_400)) <= now
    }

    /// The reason of its redactions, for those who read the log.
    package var redactionReason: String {
        "\(redact.joined(separator: ", ")) of \(status) sessions are kept for \(days)"
    }

    /// The reason that it deletes a checkpoint.
    package func surplusReason(by monitor: String) -> String {
        let best = keepBestCheckpoints == 1 ? "the best" : "among the \(keepBestCheckpoints) best"
        return "not \(best) by \(monitor.prefix(40)) that \(status) sessions keep after \(days)"
    }

    private var days: String { afterDays == 1 ? "1 day" : "\(afterDays) days" }
}

/// A fault of a rule: the field, as the API names it, and why.
package struct RetentionFault: Error, Equatable {
    package var field: String
    package var reason: String

    package init(_ field: String, _ reason: String) {
        self.field = field
        self.reason = reason
    }
}
