package import JSON

/// What a session is created from.
package struct NewSession: Sendable {
    /// Where its configuration comes from.
    package enum Configuration: Sendable {
        /// A file below the server's `configs/`.
        case path(String)
        /// The configuration itself.
        case inline(JSONValue)
    }

    package var configuration: Configuration
    package var name: String?
    package var experiment: String?
    package var group: String?
    package var tags: [String] = []
    package var notes: String?
    /// Values by dotted path, laid over the configuration.
    package var overrides = JSONObject()
    /// Flat scalars shown beside the configuration.
    package var params = JSONObject()
    /// The checkpoint to continue from.
    package var checkpointID: String?
    /// The session this one derives from.
    package var parent: String?

    package init(_ configuration: Configuration) { self.configuration = configuration }

    /// The request's body.
    package var json: JSONValue {
        var body = JSONObject()
        switch configuration {
        case .path(let path): body.append(.string(path), forKey: "config_path")
        case .inline(let value): body.append(value, forKey: "config")
        }
        func add(_ text: String?, _ key: String) {
            if let text { body.append(.string(text), forKey: key) }
        }
        add(name, "session_name")
        add(experiment, "experiment")
        add(group, "group")
        add(notes, "notes")
        add(checkpointID, "checkpoint_id")
        add(parent, "parent")
        if !tags.isEmpty { body.append(.array(tags.map { .string($0) }), forKey: "tags") }
        if !overrides.isEmpty { body.append(.object(overrides), forKey: "overrides") }
        if !params.isEmpty { body.append(.object(params), forKey: "params") }
        return .object(body)
    }
}
