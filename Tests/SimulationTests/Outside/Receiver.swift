import Application
import Synchronization
import Tracking

/// The receiver of webhooks: takes, refuses, is slow and takes without an answer, as the seed has it.
final class Receiver: Sendable {
    private struct State {
        /// By the webhook's own part of a delivery's name: the places of the events it took, in the order of taking.
        var taken: [String: [UInt64]] = [:]
        var isCalm = false
    }

    private let state = Mutex(State())
    private let chance: Chance
    private let trace: Trace

    init(_ chance: Chance, _ trace: Trace) {
        self.chance = chance
        self.trace = trace
    }

    /// From now on it takes everything.
    func calmDown() { state.withLock { $0.isCalm = true } }

    /// The answer to a request.
    func take(_ request: WebhookRequest) -> SendResult {
        let name = request.headers.first { $0.name == "webhook-id" }?.value ?? ""
        let parts = name.split(separator: "_", maxSplits: 2)
        guard parts.count == 3, let position = UInt64(parts[1]) else {
            trace.find("a webhook was sent something that has no name: \(request.headers)")
            return SendResult(statusCode: 400, duration: .zero, error: "It has no name.")
        }
        let webhook = String(parts[2])
        let fate = state.withLock({ $0.isCalm }) ? 0 : chance.below(10)
        switch fate {
        case 6: return SendResult(statusCode: 500, duration: .zero, error: "The receiver answered 500.")
        case 7: return SendResult(duration: .zero, error: "The receiver did not answer in time.")
        case 8:
            return SendResult(
                statusCode: 429, duration: .zero, error: "The receiver answered 429.",
                retryAfter: .seconds(Int64(chance.number(1...120))))
        default: break
        }
        let last = state.withLock { state in
            defer { state.taken[webhook, default: []].append(position) }
            return state.taken[webhook]?.last
        }
        if let last, last > position {
            trace.find("webhook \(webhook) was told of \(position) after it had been told of \(last)")
        }
        // Taken, and the answer lost: it will be sent again.
        if fate == 9 { return SendResult(duration: .zero, error: "The connection broke.") }
        return SendResult(statusCode: 200, duration: .zero)
    }

    /// The number of times that it took something.
    var count: Int { state.withLock { $0.taken.values.reduce(0) { $0 + $1.count } } }

    /// The places of the events that `webhook` was told of.
    func taken(by webhook: Webhook.ID) -> Set<UInt64> {
        let name = String(webhook.text.dropFirst("webhook_".count))
        return Set(state.withLock { $0.taken[name] ?? [] })
    }
}
