package import Tracking

/// Which sessions a list shall hold: those that match every given filter.
package struct SessionFilter: Sendable {
    /// Whether archived sessions are listed.
    package enum Archived: String, CaseIterable, Sendable { case exclude, include, only }

    /// Any of these; all when empty.
    package var statuses: [Session.Status] = []
    /// All of these.
    package var tags: [String] = []
    package var experiment: String?
    package var group: String?
    /// Text in id, name, notes, experiment, group or tags.
    package var text: String?
    /// Such as `params.train.learning_rate<0.01`; all must hold.
    package var conditions: [String] = []
    package var archived = Archived.exclude
    /// created_at, started_at or session_name, with a minus sign for descending.
    package var sort: String?
    package var limit: Int?
    package var offset: Int?

    package init() {}

    var query: [(String, String?)] {
        var query: [(String, String?)] = [
            ("status", statuses.isEmpty ? nil : statuses.map(\.rawValue).joined(separator: ","))
        ]
        query += tags.map { ("tag", $0) }
        query += [("experiment", experiment), ("group", group), ("q", text)]
        query += conditions.map { ("where", $0) }
        query += [
            ("archived", archived == .exclude ? nil : archived.rawValue), ("sort", sort),
            ("limit", limit.map(String.init)), ("offset", offset.map(String.init)),
        ]
        return query
    }
}
