import Synchronization
package import WebServer

/// The followers that are served: live feeds of all kinds and followers of the log, at most so many at a time, and so many of
/// one client. Clients on this machine may have all of them.
package final class FeedSlots: Sendable {
    private let maximumCount: Int
    private let maximumCountPerClient: Int
    private let state = Mutex(State())

    private struct State {
        var count = 0
        /// By address.
        var counts: [String: Int] = [:]
    }

    package init(maximumCount: Int = 10_000, maximumCountPerClient: Int = 1000) {
        self.maximumCount = maximumCount
        self.maximumCountPerClient = maximumCountPerClient
    }

    /// Takes a slot for the client of `scope`, which has it until the value that is returned is let go.
    ///
    /// - Throws: 503 `too_many_feeds` with `Retry-After`.
    package func take(for scope: RequestScope) throws(APIError) -> FeedSlot {
        try take(client: scope.isLoopback ? nil : scope.clientAddress)
    }

    /// The same for the client at an address; nil for one on this machine.
    package func take(client: String?) throws(APIError) -> FeedSlot {
        let refusal: String? = state.withLock { state in
            if state.count >= maximumCount {
                return "This server serves at most \(maximumCount) feeds at a time (max_feeds)."
            }
            if let client {
                guard state.counts[client, default: 0] < maximumCountPerClient else {
                    return "One client gets at most \(maximumCountPerClient) feeds at a time (max_feeds_per_client)."
                }
                state.counts[client, default: 0] += 1
            }
            state.count += 1
            return nil
        }
        if let refusal {
            throw .unavailable(
                refusal + " Close some, or try again later.", code: "too_many_feeds", retryAfter: .seconds(10))
        }
        return FeedSlot(of: self, client)
    }

    fileprivate func give(_ client: String?) {
        state.withLock { state in
            state.count -= 1
            guard let client, let count = state.counts[client] else { return }
            state.counts[client] = count > 1 ? count - 1 : nil
        }
    }
}

/// A follower, counted while it is held.
package final class FeedSlot: Sendable {
    private let slots: FeedSlots
    private let client: String?

    fileprivate init(of slots: FeedSlots, _ client: String?) {
        self.slots = slots
        self.client = client
    }

    deinit { slots.give(client) }
}
