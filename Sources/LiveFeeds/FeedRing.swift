import DequeModule
import EventLog
package import Tracking

/// The last events of the log, for the feeds that have read all before them.
package struct FeedRing {
    /// The approximate limit of the bytes that the events take together.
    private let maximumByteCount: Int
    private var events: Deque<FeedEvent> = []
    private var byteCount = 0
    /// The count of dropped events, which is the number of the first event that is left.
    private var dropped = 0
    /// The numbers of each session's events, ascending.
    private var numbers: [Session.ID: Deque<Int>] = [:]
    /// Every event after `start` up to `end` is here.
    package private(set) var start: LogPosition
    private(set) var end: LogPosition

    package init(after position: LogPosition, maximumByteCount: Int = 8 << 20) {
        start = position
        end = position
        self.maximumByteCount = maximumByteCount
    }

    /// Adds what was read `through` a position.
    package mutating func append(_ batch: [FeedEvent], through position: LogPosition) {
        for event in batch {
            if event.record.isRedaction { forget(before: event.record.position) }
            let session = Session.ID(event.record.stream.identity)
            if let session {
                if event.record.isStart {
                    for number in numbers[session] ?? [] { events[number - dropped].unsetEnding() }
                }
                numbers[session, default: []].append(dropped + events.count)
            }
            events.append(event)
            byteCount += Self.byteCount(of: event)
        }
        end = max(end, position)
        while byteCount > maximumByteCount, let first = events.popFirst() {
            byteCount -= Self.byteCount(of: first)
            dropped += 1
            start = first.record.position
            guard let session = Session.ID(first.record.stream.identity) else { continue }
            _ = numbers[session]?.popFirst()
            if numbers[session]?.isEmpty ?? false { numbers[session] = nil }
        }
    }

    /// Drops everything before `position`: it may have content that is not in the log any more.
    private mutating func forget(before position: LogPosition) {
        dropped += events.count
        events.removeAll()
        numbers = [:]
        byteCount = 0
        start = LogPosition(position.rawValue - 1)
    }

    /// True when it may hold an event of `scope` after `position`, or does not reach back to it.
    package func mayHold(after position: LogPosition, of scope: FeedScope) -> Bool {
        guard position < end else { return false }
        guard position >= start else { return true }
        switch scope {
        case .everything: return true
        case .session(let id):
            guard let last = numbers[id]?.last else { return false }
            return events[last - dropped].record.position > position
        }
    }

    /// The events of `scope` after `position`, at most `limit`, and up to where they go; nil when it does not reach back to
    /// `position`.
    package func events(
        after position: LogPosition, of scope: FeedScope, limit: Int
    ) -> (events: [FeedEvent], through: LogPosition)? {
        guard position >= start, position < end else { return nil }
        var found: [FeedEvent] = []
        switch scope {
        case .everything:
            var low = 0
            var high = events.count
            while low < high {
                let middle = (low + high) / 2
                if events[middle].record.position <= position { low = middle + 1 } else { high = middle }
            }
            found = Array(events[low..<min(events.count, low + limit)])
        case .session(let id):
            let all = numbers[id] ?? []
            var index = all.endIndex
            while index > all.startIndex, events[all[index - 1] - dropped].record.position > position { index -= 1 }
            found = all[index..<min(all.endIndex, index + limit)].map { events[$0 - dropped] }
        }
        let isCut = found.count == limit
        return (found, isCut ? found.last?.record.position ?? end : end)
    }

    /// Frames take about as much again as what they are made of.
    private static func byteCount(of event: FeedEvent) -> Int { 2 * event.record.payload.count + 1024 }
}
