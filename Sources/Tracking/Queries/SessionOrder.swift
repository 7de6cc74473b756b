/// In which order a list shows sessions. Equal ones, and those without the key, follow newest first, the latter last.
package struct SessionOrder: Sendable, Equatable {
    /// The key by which sessions are compared.
    package enum Key: Sendable, Equatable {
        case created
        case started
        case completed
        case updated
        case name
        case status
        case epoch
        /// A metric's latest value, or one of its statistics, as in a filter; NaN counts as missing.
        case metric(String)
        /// A parameter: numbers before texts.
        case parameter(String)
        /// A value of the configuration, in the same way.
        case configuration(String)
    }

    package var key: Key
    package var isDescending: Bool

    package init(_ key: Key, isDescending: Bool) {
        self.key = key
        self.isDescending = isDescending
    }

    /// The session created last comes first.
    package static let newestFirst = SessionOrder(.created, isDescending: true)

    /// Reads `created_at`, `started_at`, `completed_at`, `updated_at`, `name`, `status`, `current_epoch`,
    /// `metrics.<name>`, `params.<name>` or `config.<name>`, with `-` before it for descending; nil for anything else.
    package init?(_ text: String) {
        var name = Substring(text)
        isDescending = name.first == "-"
        if isDescending { name = name.dropFirst() }
        switch name {
        case "created_at": key = .created
        case "started_at": key = .started
        case "completed_at": key = .completed
        case "updated_at": key = .updated
        case "name", "session_name": key = .name
        case "status": key = .status
        case "current_epoch", "epoch": key = .epoch
        default:
            if name.hasPrefix("metrics."), name.utf8.count > 8 {
                key = .metric(String(name.dropFirst(8)))
            } else if name.hasPrefix("params."), name.utf8.count > 7 {
                key = .parameter(String(name.dropFirst(7)))
            } else if name.hasPrefix("config."), name.utf8.count > 7 {
                key = .configuration(String(name.dropFirst(7)))
            } else {
                return nil
            }
        }
    }
}
