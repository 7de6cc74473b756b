import JSON

/// Records of the log as NDJSON.
package struct EventLineDecoder: FeedDecoder {
    private var lines = LineSplitter(maximumByteCount: 16 << 20)

    package init() {}

    package mutating func decode(_ bytes: [UInt8]) throws(ClientError) -> [EventRecord] {
        var records: [EventRecord] = []
        for line in try lines.append(bytes) where !line.isEmpty {
            records.append(try EventLineDecoder.record(line))
        }
        return records
    }

    package static func position(of record: EventRecord) -> UInt64? { record.position }
    package static func isLast(_ record: EventRecord) -> Bool { false }

    private static func record(_ line: [UInt8]) throws(ClientError) -> EventRecord {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue.parse(line)
        } catch {
            throw ClientError(.unexpectedAnswer, "A line of the log is not JSON: \(error).")
        }
        return try EventRecord(json)
    }
}
