import Tracking

/// Comma-separated values as RFC 4180 has them, with LF: a heading and a line for each point.
///
/// Values have all their digits (the shortest text that reads back as the same double); NaN and the infinities are `NaN`,
/// `inf` and `-inf`, which pandas, polars and R read as such.
enum CSVFormat: PointFormat {
    static let name = "csv"
    static let contentType = "text/csv; charset=utf-8; header=present"
    static let head = Array("session_id,metric,axis,attempt,step,epoch,time,value\n".utf8)

    static func append(_ point: ExportedPoint, to bytes: inout [UInt8]) {
        append(text: point.session, to: &bytes)
        append(text: point.metric, to: &bytes)
        bytes += point.axis.utf8
        bytes += ",\(point.attempt),\(point.step),\(point.epoch.map(String.init) ?? ""),\(point.time),".utf8
        bytes += point.value.isNaN ? Array("NaN".utf8) : Array("\(point.value)".utf8)
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func append(text: String, to bytes: inout [UInt8]) {
        let isPlain = !text.utf8.contains { [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13].contains($0) }
        bytes += isPlain ? text.utf8 : ("\"" + text.replacing("\"", with: "\"\"") + "\"").utf8
        bytes.append(UInt8(ascii: ","))
    }
}
