/// An address that events are sent to.
package enum Webhook {
    /// The name of a webhook in the API: `webhook_` and letters, digits, `_` or `-`; at most 64 bytes.
    package struct ID: Hashable, Sendable, CustomStringConvertible {
        package let text: String

        /// Nil when `text` is not spelled like a webhook's id.
        package init?(_ text: some StringProtocol) {
            guard text.utf8.starts(with: "webhook_".utf8), (9...64).contains(text.utf8.count),
                text.utf8.allSatisfy(Identifiers.isAllowed)
            else { return nil }
            self.text = String(text)
        }

        /// The id that `command` gives to the webhook it creates.
        package init(createdBy command: CommandID) {
            text = "webhook_" + Identifiers.suffix(for: "webhook", of: command)
        }

        package var stream: StreamID { StreamID(.webhook, text) }

        package var description: String { text }
    }

    /// An event that a webhook can be told about.
    package enum EventName: String, CaseIterable, Sendable {
        case trainingStarted = "training_started"
        case trainingCompleted = "training_completed"
        case trainingFailed = "training_failed"
        case trainingStopped = "training_stopped"
        case epochCompleted = "epoch_completed"
        case checkpointSaved = "checkpoint_saved"
        case alertTriggered = "alert_triggered"
        case alertResolved = "alert_resolved"
        case reproductionReported = "reproduction_reported"
    }

    /// The form of what is sent.
    package enum Format: String, CaseIterable, Sendable {
        /// PIVOT's own document.
        case pivot
        /// A message as the service's incoming webhooks take it.
        case slack, discord, teams, ntfy
    }
}

extension Webhook.EventName {
    /// The names of the events of sessions and alerts by their types; an event of another type is told to no webhook.
    package static let byType: [String: Self] = [
        SessionEvent.attemptStarted(AttemptStarted()).type: .trainingStarted,
        SessionEvent.completed(Completed()).type: .trainingCompleted,
        SessionEvent.failed(Failed()).type: .trainingFailed,
        SessionEvent.stopped(Stopped()).type: .trainingStopped,
        SessionEvent.epochCompleted(EpochCompleted()).type: .epochCompleted,
        SessionEvent.checkpointSaved(CheckpointSaved()).type: .checkpointSaved,
        SessionEvent.reproductionReported(ReproductionReported()).type: .reproductionReported,
        AlertEvent.triggered(AlertTriggered()).type: .alertTriggered,
        AlertEvent.resolved(AlertResolved()).type: .alertResolved,
    ]
}
