import Tracking

/// Those who wait for events, found by what they wait for: what is appended costs as much as it wakes.
struct WaiterIndex {
    /// Somebody who waits; told true when what it waits for may be there, false when nothing will come.
    struct Waiter {
        let filter: EventFilter
        let position: LogPosition
        /// True when the head had not reached the position yet as the waiter came.
        let isEarly: Bool
        let continuation: CheckedContinuation<Bool, Never>
    }

    private var waiters: [UInt64: Waiter] = [:]
    private var everything: Set<UInt64> = []
    private var categories: [StreamID.Category: Set<UInt64>] = [:]
    private var streams: [StreamID: Set<UInt64>] = [:]
    /// The early ones, the nearest last. They are found nowhere else, and woken when the head passes them whatever they
    /// wait for.
    private var early: [UInt64] = []

    /// Adds a waiter. The first append that it wants wakes it; an early one is woken as soon as the head passes it.
    mutating func add(_ waiter: Waiter, _ id: UInt64) {
        waiters[id] = waiter
        if waiter.isEarly {
            let place = early.partitioningIndex { waiters[$0].map { $0.position < waiter.position } ?? true }
            return early.insert(id, at: place)
        }
        switch waiter.filter {
        case .all: everything.insert(id)
        case .categories(let wanted): for category in wanted { categories[category, default: []].insert(id) }
        case .streams(let wanted): for stream in wanted { streams[stream, default: []].insert(id) }
        }
    }

    /// Takes a waiter out, if it is still there.
    mutating func remove(_ id: UInt64) -> Waiter? {
        guard let waiter = waiters.removeValue(forKey: id) else { return nil }
        switch waiter.filter {
        case .all: everything.remove(id)
        case .categories(let wanted): for category in wanted { categories[category]?.remove(id) }
        case .streams(let wanted):
            for stream in wanted where streams[stream]?.remove(id) != nil && streams[stream]?.isEmpty == true {
                streams[stream] = nil
            }
        }
        if waiter.isEarly, let place = early.lastIndex(of: id) { early.remove(at: place) }
        return waiter
    }

    /// Takes out those who wait for one of `appended`, or for a position that `head` has passed.
    mutating func take(
        waitingFor appended: some Sequence<StreamID>, head: LogPosition
    ) -> [CheckedContinuation<Bool, Never>] {
        guard !waiters.isEmpty else { return [] }
        var ids = Array(everything)
        everything = []
        for stream in appended {
            ids += streams.removeValue(forKey: stream) ?? []
            ids += categories.removeValue(forKey: stream.category) ?? []
        }
        while let next = early.last, let waiter = waiters[next], waiter.position < head {
            ids.append(early.removeLast())
        }
        return ids.compactMap { remove($0)?.continuation }
    }

    /// Takes out everybody.
    mutating func takeAll() -> [CheckedContinuation<Bool, Never>] {
        defer { self = WaiterIndex() }
        return waiters.values.map(\.continuation)
    }
}
