package import API

/// Records of the log as NDJSON.
package struct EventLineDecoder: FeedDecoder {
    private var lines = LineSplitter(maximumByteCount: 16 << 20)

    package init() {}

    package mutating func decode(_ bytes: [UInt8]) throws(ClientError) -> [EventInfo] {
        var records: [EventInfo] = []
        for line in try lines.append(bytes) where !line.isEmpty {
            records.append(try EventInfo(parsing: line, named: "A line of the log"))
        }
        return records
    }

    package static func position(of record: EventInfo) -> UInt64? { record.position }
    package static func isLast(_ record: EventInfo) -> Bool { false }
}
