import Synchronization
import Tracking

/// The last events of the log as they were appended, so that whoever follows it, and whoever asks again for what was just
/// written, needs neither the database nor a thread that reads.
///
/// Two generations: new events go to the young one; when that is full it becomes the old one, and the old one goes. So between
/// 2 and 4 MiB of payloads are here, of at most 8,192 events, which take some 300 bytes each beside them.
final class RecentEvents: Sendable {
    private struct State {
        /// Without a gap, in order; all of `old` comes before `young`.
        var old: [RecordedEvent] = []
        var young: [RecordedEvent] = []
        var youngByteCount = 0

        /// The events at and after `position`, in order; nil when some of them are gone.
        func events(from position: LogPosition) -> (old: ArraySlice<RecordedEvent>, young: ArraySlice<RecordedEvent>)? {
            guard let first = (old.first ?? young.first)?.position, first <= position else { return nil }
            let place = Int(position.rawValue - first.rawValue)
            return (old.dropFirst(place), young.dropFirst(max(0, place - old.count)))
        }
    }

    private static let generationByteCount = 2 << 20
    private static let generationCount = 4096

    private let state = Mutex(State())

    /// Adds the events of a group that is on disk, the next ones of the log.
    func add(_ events: [RecordedEvent]) {
        let gone = state.withLock { state -> [RecordedEvent] in
            state.young += events
            for event in events { state.youngByteCount += event.payload.count }
            guard
                state.youngByteCount >= Self.generationByteCount || state.young.count >= Self.generationCount
            else { return [] }
            let gone = state.old
            state.old = state.young
            state.young = []
            state.youngByteCount = 0
            return gone
        }
        // Freed outside the lock.
        _ = consume gone
    }

    /// Takes the content of redacted records away.
    func redact(_ redactions: [(record: RecordRemainder, by: LogPosition)]) {
        guard !redactions.isEmpty else { return }
        state.withLock { state in
            for (record, by) in redactions {
                record.redact(in: &state.old, by: by)
                record.redact(in: &state.young, by: by)
            }
        }
    }

    /// The answer to a read of the log after `position`, and up to `head`; nil when it goes further back than what is here.
    func events(
        after position: LogPosition, through head: LogPosition, limit: ReadLimit, matching filter: EventFilter
    ) -> EventBatch? {
        state.withLock { state in
            guard let (old, young) = state.events(from: position.next) else { return nil }
            var events: [RecordedEvent] = []
            var byteCount = 0
            for part in [old, young] {
                for event in part {
                    guard event.position <= head else { break }
                    guard filter.includes(event.stream) else { continue }
                    guard events.count < limit.count,
                        events.isEmpty || byteCount + event.payload.count <= limit.byteCount
                    else { return EventBatch(events: events, through: events.last?.position ?? position) }
                    byteCount += event.payload.count
                    events.append(event)
                }
            }
            return EventBatch(events: events, through: head)
        }
    }

    /// The event at `position`; nil when it is not here.
    func event(at position: LogPosition) -> RecordedEvent? {
        state.withLock { state in
            guard let (old, young) = state.events(from: position) else { return nil }
            return old.first ?? young.first
        }
    }

    /// The events of `stream` after `version`, up to its version `last`; nil when some are not here.
    func events(
        in stream: StreamID, after version: StreamVersion, through last: StreamVersion, limit: ReadLimit
    ) -> [RecordedEvent]? {
        guard version < last else { return [] }
        return state.withLock { state in
            var events: [RecordedEvent] = []
            var looked = 0
            for part in [state.young, state.old] {
                for event in part.reversed() {
                    looked += 1
                    guard looked <= Self.mostLookedAt else { return nil }
                    guard event.stream == stream, event.version <= last else { continue }
                    // Without a gap up to `last`: what is asked for is all here, or not answered.
                    guard event.version == events.last?.version.previous ?? last else { return nil }
                    events.append(event)
                    guard event.version > version.advanced(by: 1) else {
                        return limit.prefix(of: events.reversed())
                    }
                }
            }
            return nil
        }
    }

    /// The most events that are looked at for those of one stream.
    private static let mostLookedAt = 512
}

extension ReadLimit {
    /// The first of `events`, as many as the limit lets through.
    fileprivate func prefix(of events: [RecordedEvent]) -> [RecordedEvent] {
        var bytes = 0
        return Array(
            events.prefix(count).prefix { event in
                let isFirst = bytes == 0
                bytes += event.payload.count
                return isFirst || bytes <= byteCount
            })
    }
}
