package import Tracking
package import Transparency

/// The end of a log that is copied: where the next group has to go on, and the tree over all records before.
package struct LogChain {
    private(set) var frontier: Frontier
    /// The sizes whose tree heads are kept.
    private var watched: Set<UInt64> = []
    private var kept: [UInt64: TreeHead] = [:]
    private var decoder = RecordDecoder(verifiesDigests: true)
    /// The places before the last group whose content an event of it has removed, ascending.
    private(set) var removed: [LogPosition] = []
    /// The latest event that a record names as the one that has removed its content.
    package private(set) var lastRedaction = LogPosition.start

    /// The end of a log without records.
    package init() { self.init(Frontier()) }

    init(_ frontier: Frontier) { self.frontier = frontier }

    /// The position of the last record.
    package var head: LogPosition { LogPosition(frontier.size) }
    /// The head of the tree over all records.
    package var tree: TreeHead { frontier.head }

    /// Keeps the head of the tree when it gets to `size` leaves, which it does not have yet.
    package mutating func watch(_ size: UInt64) {
        watched.insert(size)
        if size == frontier.size { kept[size] = frontier.head }
    }

    /// The head of the tree when it had `size` leaves; nil when that was not watched, or was not reached.
    package func tree(ofSize size: UInt64) -> TreeHead? { kept[size] }

    /// Goes on by `group`, once every record of it is whole: both checks, the digest of its payload, its position.
    ///
    /// - Throws: `damaged`, with the first position where something is wrong; the chain is as before then.
    package mutating func extend(by group: LogGroup) throws(StorageError) { _ = try elements(extendingBy: group) }

    /// Does what `extend(by:)` does and says what the index has to know of the group.
    mutating func elements(extendingBy group: LogGroup) throws(StorageError) -> [RecentIndex.Element] {
        var extended = frontier
        var kept = kept
        var elements: [RecentIndex.Element] = []
        elements.reserveCapacity(group.appends.count)
        let base = head
        var (removed, lastRedaction) = ([LogPosition](), self.lastRedaction)
        for append in group.appends {
            var element: RecentIndex.Element?
            for record in append.records {
                let position = LogPosition(extended.size + 1)
                do throws(RecordError) {
                    let (leaf, event) = try read(record, at: position)
                    extended.append(leaf)
                    if watched.contains(extended.size) { kept[extended.size] = extended.head }
                    if element == nil { element = try Self.element(of: append, event) }
                    removed += try Self.removed(by: event).filter { $0 <= base }
                    lastRedaction = max(lastRedaction, event.redactedBy ?? .start)
                } catch {
                    throw StorageError(error, at: position)
                }
            }
            if let element { elements.append(element) }
        }
        (frontier, self.kept) = (extended, kept)
        (self.removed, self.lastRedaction) = (removed.sorted(), lastRedaction)
        return elements
    }

    private static func removed(by event: RecordedEvent) throws(RecordError) -> [LogPosition] {
        do throws(EventCodecError) {
            return try SessionRedacted(event)?.positions ?? []
        } catch {
            throw .field("payload")
        }
    }

    private mutating func read(
        _ record: [UInt8], at position: LogPosition
    ) throws(RecordError) -> (TreeHash, RecordedEvent) {
        let result = record.withUnsafeBytes { bytes in
            Result { () throws(RecordError) in
                let view = try RecordView(bytes)
                guard view.position == position else { throw .field("position") }
                return (view.leaf, try decoder.decode(view))
            }
        }
        return try result.get()
    }

    private static func element(
        of append: LogGroup.Append, _ event: RecordedEvent
    ) throws(RecordError) -> RecentIndex.Element {
        guard append.first == event.position else { throw .field("position") }
        guard let command = event.causation else { throw .field("causation") }
        let row = append.value.withUnsafeBytes { bytes -> (number: UInt32, digest: Digest)? in
            guard bytes.count == 8 + Digest.byteCount,
                bytes.integer(at: 4, as: UInt32.self) == append.records.count,
                let digest = Digest(bytes: UnsafeRawBufferPointer(rebasing: bytes[8...]))
            else { return nil }
            return (bytes.integer(at: 0, as: UInt32.self), digest)
        }
        guard let row else { throw .field("append") }
        return RecentIndex.Element(
            stream: event.stream, number: row.number, command: command,
            receipt: CommandReceipt(
                LogTables.Append(firstVersion: event.version, first: append.first, count: append.records.count),
                digest: row.digest))
    }
}
