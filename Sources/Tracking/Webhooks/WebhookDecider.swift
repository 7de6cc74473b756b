import Foundation
import SwiftProtobuf

/// The rules of a webhook's life. The stream is `webhook/<id>`.
package enum WebhookDecider: Decider {
    /// The most redeliveries that wait at a time.
    package static let mostRequests = 1000

    package enum State: Sendable, Equatable {
        case notCreated
        case active(WebhookState)
        case deleted
    }

    package enum Command: Sendable, Equatable {
        case create(WebhookSettings)
        case change(WebhookChanges)
        case delete
        /// - Parameter replayCount: The replays that were asked for before the attempt. One that came meanwhile goes back to
        ///   before it, so that the attempt says nothing any more.
        case recordAttempt(DeliveryAttempted, replayCount: Int)
        case requestRedelivery(LogPosition)
        case requestReplay(after: LogPosition, through: LogPosition)
    }

    package enum Refusal: Error, Equatable, CustomStringConvertible {
        case unknownWebhook
        case alreadyCreated
        case tooManyRequests

        package var description: String {
            switch self {
            case .unknownWebhook: "there is no such webhook"
            case .alreadyCreated: "a webhook with this id exists already"
            case .tooManyRequests:
                "\(WebhookDecider.mostRequests) deliveries wait to be sent again already; wait for them, or replay"
            }
        }
    }

    package static let initialState = State.notCreated

    package static func decide(_ command: Command, given state: State) throws(Refusal) -> [WebhookEvent] {
        switch (command, state) {
        case (.create(let settings), .notCreated): return [.created(WebhookCreated(settings))]
        case (.create, _): throw .alreadyCreated
        case (.delete, .active): return [.deleted(WebhookDeleted())]
        case (.delete, .deleted): return []  // deleting twice is not an error
        case (_, .notCreated), (_, .deleted): throw .unknownWebhook
        case (.change(let changes), .active(let webhook)):
            var next = state
            let event = WebhookEvent.changed(WebhookChanged(changes))
            evolve(&next, with: event)
            return next == .active(webhook) ? [] : [event]
        case (.recordAttempt(let attempt, let replayCount), .active(let webhook)):
            return replayCount == webhook.replayCount ? [.deliveryAttempted(attempt)] : []
        case (.requestRedelivery(let position), .active(let webhook)):
            guard !webhook.requested.contains(position) else { return [] }
            guard webhook.requested.count < mostRequests else { throw .tooManyRequests }
            return [.redeliveryRequested(.with { $0.position = position.rawValue })]
        case (.requestReplay(let after, let through), .active):
            return [.replayRequested(.with { ($0.after, $0.through) = (after.rawValue, through.rawValue) })]
        }
    }

    package static func evolve(_ state: inout State, with event: WebhookEvent) {
        switch event {
        case .created(let created):
            var settings = WebhookSettings(url: created.url, events: created.events)
            settings.format = Webhook.Format(rawValue: created.format) ?? .pivot
            settings.filter = created.filter
            settings.sealedSecret = Array(created.sealedSecret)
            state = .active(WebhookState(settings: settings))
        case .deleted: state = .deleted
        case .changed, .deliveryAttempted, .redeliveryRequested, .replayRequested:
            guard case .active(var webhook) = state else { return }
            webhook.evolve(with: event)
            state = .active(webhook)
        }
    }

    package static func memoryByteCount(of state: State) -> Int {
        guard case .active(let webhook) = state else { return MemoryLayout<State>.size }
        return MemoryLayout<WebhookState>.size + webhook.settings.url.utf8.count + 64 * webhook.settings.events.count
            + 8 * webhook.requested.count
    }

    package static func hasEnded(_ state: State) -> Bool { state == .deleted }
}

extension WebhookState {
    fileprivate mutating func evolve(with event: WebhookEvent) {
        switch event {
        case .created, .deleted: break
        case .changed(let changed):
            if changed.hasURL { settings.url = changed.url }
            if !changed.events.isEmpty { settings.events = changed.events }
            if changed.hasFormat { settings.format = Webhook.Format(rawValue: changed.format) ?? settings.format }
            if changed.hasFilter { settings.filter = changed.filter }
            if changed.hasEnabled { settings.isEnabled = changed.enabled }
            if changed.hasSealedSecret {
                previousSecret = settings.sealedSecret
                previousSecretUntil = Timestamp(rawValue: changed.previousSecretUntil)
                settings.sealedSecret = Array(changed.sealedSecret)
            }
            // What is told to another address, or after a pause, is not to wait for the old one's next time.
            retry?.nextAttemptAt = Timestamp(rawValue: 0)
        case .deliveryAttempted(let attempt):
            let position = LogPosition(attempt.position)
            guard !attempt.redelivery else {
                requested.removeAll { $0 == position }
                return
            }
            guard attempt.outcome == "retrying" else {
                (through, retry) = (position, nil)
                return
            }
            let first = retry.flatMap { $0.position == position ? $0.firstAttemptAt : nil }
            retry = Retry(
                position: position, attempts: attempt.attempt,
                firstAttemptAt: first ?? Timestamp(rawValue: attempt.attemptedAt),
                nextAttemptAt: Timestamp(rawValue: attempt.nextAttemptAt))
        case .redeliveryRequested(let request): requested.append(LogPosition(request.position))
        case .replayRequested(let replay):
            (through, retry) = (LogPosition(replay.after), nil)
            replayedThrough = LogPosition(replay.through)
            replayCount += 1
        }
    }
}

extension WebhookCreated {
    fileprivate init(_ settings: WebhookSettings) {
        self = .with {
            $0.url = settings.url
            $0.events = settings.events
            $0.format = settings.format == .pivot ? "" : settings.format.rawValue
            $0.filter = settings.filter
            $0.sealedSecret = .init(settings.sealedSecret)
        }
    }
}

extension WebhookChanged {
    fileprivate init(_ changes: WebhookChanges) {
        self.init()
        if let url = changes.url { self.url = url }
        events = changes.events ?? []
        if let format = changes.format { self.format = format.rawValue }
        if let filter = changes.filter { self.filter = filter }
        if let isEnabled = changes.isEnabled { enabled = isEnabled }
        if let secret = changes.sealedSecret {
            sealedSecret = .init(secret)
            previousSecretUntil = changes.previousSecretUntil.rawValue
        }
    }
}
