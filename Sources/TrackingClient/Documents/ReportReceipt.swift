package import JSON

/// What a trainer's report is answered with.
package struct ReportReceipt: Sendable {
    /// The whole document.
    package let json: JSONValue
    /// Whether the trainer is to save and stop.
    package let stopRequested: Bool
    /// The log's position after the report.
    package let position: UInt64

    package init(_ json: JSONValue) throws(ClientError) {
        self.json = json
        guard let stop = json["stop_requested"]?.boolValue else {
            throw ClientError(.unexpectedAnswer, "The server's answer to a report does not say \"stop_requested\".")
        }
        stopRequested = stop
        position = UInt64(max(0, try json.integer("position", of: "a receipt")))
    }

    /// How long the lease holds from now; nil when it is no longer held.
    package var leaseDuration: Duration? { json["lease_seconds"]?.doubleValue.map { .seconds($0) } }
}
