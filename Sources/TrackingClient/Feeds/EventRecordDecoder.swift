package import Tracking

/// Records of the log as messages, with their events as they were recorded.
package struct EventRecordDecoder: FeedDecoder {
    private var messages = DelimitedRecords()

    package init() {}

    package mutating func decode(_ bytes: [UInt8]) throws(ClientError) -> [EventRecord] {
        messages.add(bytes)
        var records: [EventRecord] = []
        do {
            while let record = try messages.next() { records.append(record) }
        } catch {
            throw ClientError(
                .unexpectedAnswer,
                "The log's records are no messages of this version. Is the server a different version?")
        }
        return records
    }

    package static func position(of record: EventRecord) -> UInt64? { record.position }
    package static func isLast(_ record: EventRecord) -> Bool { false }
}
