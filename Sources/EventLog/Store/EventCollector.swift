import LMDB
import Tracking

/// Gathers the events of one read until a limit is reached or a record is damaged.
struct EventCollector {
    let limit: ReadLimit
    /// The beginnings of the wanted streams' names; empty when all are wanted.
    var categories: [[UInt8]] = []
    private var decoder = RecordDecoder()
    private var events: [RecordedEvent] = []
    private var byteCount = 0
    private var failure: StorageError?

    init(limit: ReadLimit) {
        self.limit = limit
        events.reserveCapacity(min(limit.count, 256))
    }

    /// The position of the last event.
    var last: LogPosition? { events.last?.position }

    /// Takes the record of `entry` if it is wanted. Returns false when it did not fit or could not be read: the read is
    /// over then.
    mutating func take(_ entry: Entry) -> Bool {
        guard failure == nil, events.count < limit.count else { return false }
        let position = LogTables.position(ofKey: entry.key) ?? .start
        do throws(RecordError) {
            let view = try RecordView(entry.value)
            guard view.position == position else { throw .field("position") }
            guard categories.isEmpty || categories.contains(where: { view.stream.starts(with: $0) }) else {
                return true
            }
            guard events.isEmpty || byteCount + view.payloadByteCount <= limit.byteCount else { return false }
            byteCount += view.payloadByteCount
            events.append(try decoder.decode(view))
            return true
        } catch {
            failure = StorageError(error, at: position)
            return false
        }
    }

    /// Takes `event` if it is wanted. Returns false when it did not fit: the read is over then.
    mutating func take(_ event: RecordedEvent) -> Bool {
        guard failure == nil, events.count < limit.count else { return false }
        let stream = event.stream.description.utf8
        guard categories.isEmpty || categories.contains(where: { stream.starts(with: $0) }) else { return true }
        guard events.isEmpty || byteCount + event.payload.count <= limit.byteCount else { return false }
        byteCount += event.payload.count
        events.append(event)
        return true
    }

    /// Notes that the record at `position` is missing.
    mutating func fail(at position: LogPosition) {
        failure = StorageError(damaged: "The record at position \(position) is missing.")
    }

    /// The events.
    ///
    /// - Throws: `damaged` or `newerFormat` when a record in the way could not be read.
    consuming func finish() throws(StorageError) -> [RecordedEvent] {
        if let failure { throw failure }
        return events
    }
}
