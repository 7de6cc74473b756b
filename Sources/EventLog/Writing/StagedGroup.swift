import Tracking

/// The appends of a group whose transaction is not committed yet.
struct StagedGroup {
    /// In the order of the log.
    private(set) var elements: [RecentIndex.Element] = []
    /// In the order of the log.
    var events: [RecordedEvent] = []
    /// The heads that the streams have got to.
    private(set) var heads: [StreamID: LogTables.StreamHead] = [:]
    private(set) var commands: [CommandKey: CommandReceipt] = [:]

    struct CommandKey: Hashable {
        let stream: StreamID
        let id: CommandID
    }

    mutating func add(_ element: RecentIndex.Element) {
        elements.append(element)
        heads[element.stream] = LogTables.StreamHead(
            number: element.number, version: element.receipt.lastVersion, last: element.receipt.last)
        commands[CommandKey(stream: element.stream, id: element.command)] = element.receipt
    }
}
