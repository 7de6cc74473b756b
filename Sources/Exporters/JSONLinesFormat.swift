import JSON
import Tracking

/// A JSON object on a line for each point; NaN and the infinities are strings, as everywhere in the API.
enum JSONLinesFormat: PointFormat {
    static let name = "jsonl"
    static let contentType = "application/x-ndjson"
    static let head: [UInt8] = []

    static func append(_ point: ExportedPoint, to bytes: inout [UInt8]) {
        var object: JSONObject = [
            "session_id": .string(point.session), "metric": .string(point.metric), "axis": .string(point.axis),
            "attempt": .integer(Int64(point.attempt)), "step": .integer(point.step),
        ]
        if let epoch = point.epoch { object.append(.integer(epoch), forKey: "epoch") }
        object.append(.string(point.time.description), forKey: "time")
        object.append(.number(point.value), forKey: "value")
        bytes += JSONValue.object(object).encoded(nonfinite: .string)
        bytes.append(UInt8(ascii: "\n"))
    }
}
