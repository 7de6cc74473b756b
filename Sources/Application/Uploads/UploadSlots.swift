import Synchronization

/// The uploads that may go on at once, shared among clients.
///
/// Some slots are for trainers with a lease only. Of those that are open to it, a client has at most as many as it leaves
/// free: alone it gets half of them, and whoever comes next finds one.
package final class UploadSlots: Sendable {
    /// The kind of an upload.
    enum Kind: Hashable, Sendable {
        /// Of an attempt that showed its lease.
        case leased
        case other
    }

    /// One upload that goes on, until the value goes.
    final class Slot: Sendable {
        private let slots: UploadSlots
        private let kind: Kind
        private let client: String

        fileprivate init(_ slots: UploadSlots, _ kind: Kind, _ client: String) {
            self.slots = slots
            self.kind = kind
            self.client = client
        }

        deinit { slots.giveBack(kind, client) }
    }

    private let count: Int
    private let leasedCount: Int
    private let taken = Mutex<[Kind: [String: Int]]>([:])

    /// - Parameters:
    ///   - count: All slots.
    ///   - leasedCount: Those for uploads with a lease only.
    package init(count: Int = 32, leasedCount: Int = 8) {
        self.count = count
        self.leasedCount = leasedCount
    }

    /// Takes a slot for an upload of `client`, its address.
    ///
    /// - Throws: `TrackerError.tooManyUploads`.
    func take(_ kind: Kind, for client: String) throws(TrackerError) -> Slot {
        let (own, free) = taken.withLock { taken in
            let all = taken.mapValues { $0.values.reduce(0, +) }
            var free = count - all.values.reduce(0, +)
            if kind == .other { free = min(free, count - leasedCount - all[.other, default: 0]) }
            let own = taken[kind]?[client] ?? 0
            if own < free { taken[kind, default: [:]][client] = own + 1 }
            return (own, free)
        }
        guard own < free else { throw .tooManyUploads(own: own, free: max(0, free)) }
        return Slot(self, kind, client)
    }

    private func giveBack(_ kind: Kind, _ client: String) {
        taken.withLock { taken in
            let own = (taken[kind]?[client] ?? 0) - 1
            taken[kind]?[client] = own > 0 ? own : nil
        }
    }
}
