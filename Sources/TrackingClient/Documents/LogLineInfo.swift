package import JSON
package import Tracking

/// A line of a training's output.
package struct LogLineInfo: Sendable {
    /// The whole document.
    package let json: JSONValue
    /// Its number within the session, from 1.
    package let line: Int
    package let text: String

    package init(_ json: JSONValue) throws(ClientError) {
        self.json = json
        line = try json.integer("line", of: "a log line")
        text = try json.text("text", of: "a log line")
    }

    package var time: Timestamp? { json["time"]?.stringValue.flatMap { Timestamp($0) } }
    /// stdout, stderr or log.
    package var source: String? { json["source"]?.stringValue }
    /// debug, info, warning or error; nil for output.
    package var level: String? { json["level"]?.stringValue }
    package var rank: Int { json["rank"]?.integerValue.map(Int.init) ?? 0 }
}
