package import JSON
import Tracking

/// The request that a session is created from.
package struct NewSession: Document, Equatable {
    package static let name = "CreateSession"

    /// A file below the server's `configs/`.
    package var configurationPath: String?
    /// The configuration itself; instead of a path.
    package var configuration: JSONObject?
    /// The configuration as YAML or JSON text, whose problems are told with their lines; instead of both.
    package var configurationText: String?
    /// Values by dotted path, laid over the configuration.
    package var overrides: JSONObject?
    package var sessionName: String?
    /// The same field as `sessionName`.
    package var shortName: String?
    package var tags: [String]?
    package var notes: String?
    package var experiment: String?
    /// The same as `experiment` and `notes`, as other clients of this API call them.
    package var experimentName: String?
    package var description: String?
    package var group: String?
    /// Scalars, also inside mappings, shown beside the configuration.
    package var params: JSONObject?
    /// The session this one derives from.
    package var parent: String?
    /// The checkpoint to continue from.
    package var checkpointID: String?
    /// Whoever creates it trains it, and claims it with the same request.
    package var claim: AttemptClaim?
    /// The first points of that attempt.
    package var points: [MetricsReport.Point]?

    package init() {}

    /// A session of a file below the server's `configs/`.
    package init(path: String) { configurationPath = path }

    /// A session of a configuration.
    package init(configuration: JSONObject) { self.configuration = configuration }

    package static let fields: [Field<NewSession>] = [
        Field("config_path", \.configurationPath, .bytes(1...1024)), Field("config", \.configuration),
        Field("config_text", \.configurationText, .bytes(1...1_048_576)),
        Field("overrides", \.overrides), Field("session_name", \.sessionName, .name),
        Field("name", \.shortName, .name), Field("tags", \.tags, .tags), Field("notes", \.notes, .bytes(0...65_536)),
        Field("experiment", \.experiment, .name), Field("experiment_name", \.experimentName, .name),
        Field("description", \.description, .bytes(0...65_536)), Field("group", \.group, .name),
        Field("params", \.params, .params),
        Field("parent", \.parent, .name), Field("checkpoint_id", \.checkpointID, .name),
        Field("claim", \.claim), Field("points", \.points, .count(1...Int.max)),
    ]
}

extension Bounds where Value == String {
    /// A name: 1 to 255 bytes.
    static var name: Bounds { .bytes(1...Session.maximumNameByteCount) }
    /// A remark that may be empty: at most 255 bytes.
    static var remark: Bounds { .bytes(0...Session.maximumNameByteCount) }
}

extension Bounds where Value == [String] {
    /// At most 100 names.
    static var tags: Bounds { .count(0...100, of: .name) }
    /// At most 256 names.
    static var devices: Bounds { .count(0...256, of: .name) }
}
