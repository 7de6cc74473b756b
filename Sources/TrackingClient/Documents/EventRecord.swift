package import JSON
package import Tracking

/// A record of the log as the API shows it.
package struct EventRecord: Sendable {
    /// The whole document.
    package let json: JSONValue
    /// Its place in the log, from 1.
    package let position: UInt64
    /// Such as `session/<id>`.
    package let stream: String
    /// Such as `session.epoch_completed`.
    package let type: String

    package init(_ json: JSONValue) throws(ClientError) {
        self.json = json
        position = UInt64(max(0, try json.integer("position", of: "an event")))
        stream = try json.text("stream", of: "an event")
        type = try json.text("type", of: "an event")
    }

    /// The event's fields.
    package var data: JSONValue { json["data"] ?? .object(JSONObject()) }
    package var recordedAt: Timestamp? { json["recorded_at"]?.stringValue.flatMap { Timestamp($0) } }
}
