import Tracking

/// The appends of a group that is not on disk yet.
struct StagedGroup {
    /// In the order of the log.
    private(set) var appends: [WrittenAppend] = []
    /// Their events, in the order of the log.
    private(set) var events: [RecordedEvent] = []
    /// The bytes of the events' payloads.
    private(set) var payloadByteCount = 0
    /// The heads that the streams have got to.
    private(set) var heads: [StreamID: LogTables.StreamHead] = [:]
    private(set) var commands: [CommandKey: CommandReceipt] = [:]
    /// The records that lose content, and by which event.
    private(set) var redactions: [(record: RecordRemainder, by: LogPosition)] = []

    struct CommandKey: Hashable {
        let stream: StreamID
        let id: CommandID
    }

    mutating func add(_ written: WrittenAppend) {
        let stream = written.append.stream
        appends.append(written)
        let added = written.events
        events += added
        for event in added { payloadByteCount += event.payload.count }
        heads[stream] = LogTables.StreamHead(
            number: written.number, version: written.receipt.lastVersion, last: written.receipt.last)
        for record in written.append.redacting { redactions.append((record, written.receipt.first)) }
        commands[CommandKey(stream: stream, id: written.append.commandID)] = written.receipt
    }
}
