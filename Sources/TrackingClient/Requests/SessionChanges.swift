package import JSON

/// What of a session shall change; what is nil stays.
package struct SessionChanges: Sendable {
    package var name: String?
    /// All tags from now on.
    package var tags: [String]?
    package var notes: String?
    /// Merged into the logged parameters.
    package var params: JSONObject?

    package init() {}

    /// The request's body.
    package var json: JSONValue {
        var body = JSONObject()
        if let name { body.append(.string(name), forKey: "session_name") }
        if let tags { body.append(.array(tags.map { .string($0) }), forKey: "tags") }
        if let notes { body.append(.string(notes), forKey: "notes") }
        if let params { body.append(.object(params), forKey: "params") }
        return .object(body)
    }
}
