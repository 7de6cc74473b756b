import API
import Tracking
import TrackingClient

/// Sessions as people name them: by id, by a beginning of it that no other has, by name, or `@latest`.
extension APIClient {
    /// The id of the session that `reference` names, of those that there are or were at `asOf`.
    ///
    /// - Throws: `CommandFailure` when there is none, or several.
    func sessionID(_ reference: String, asOf: LogMoment? = nil) async throws -> String {
        if reference == "@latest" {
            var query = SessionQuery()
            query.asOf = asOf
            query.limit = 1
            guard let newest = try await sessions(query).sessions.first else {
                throw CommandFailure(.notFound, "There is no session yet.")
            }
            return newest.id
        }
        guard reference.utf8.count < Self.idByteCount || !reference.hasPrefix(Self.prefix) else { return reference }
        if !reference.hasPrefix(Self.prefix) {
            let named = try await found("name = \(Self.quoted(reference))", asOf) { $0.name == reference }
            if let id = try Self.only(named, reference, "named") { return id }
        }
        let beginning = reference.hasPrefix(Self.prefix) ? reference : Self.prefix + reference
        let begun = try await found("id ~ \(Self.quoted(beginning))", asOf) { $0.id.hasPrefix(beginning) }
        if let id = try Self.only(begun, reference, "whose ids begin with") { return id }
        throw CommandFailure(
            .notFound,
            "There is no session '\(reference)': no id begins so, and no session has that name. "
                + "List them with: \(ProgramName.typed) sessions list")
    }

    /// The ids of the sessions that `references` name, in their order.
    func sessionIDs(_ references: [String], asOf: LogMoment? = nil) async throws -> [String] {
        var ids: [String] = []
        for reference in references { ids.append(try await sessionID(reference, asOf: asOf)) }
        return ids
    }

    /// The ids of all sessions that match the filter, archived ones too, oldest first.
    func sessionIDs(matching filter: String, asOf: LogMoment? = nil) async throws -> [String] {
        var query = SessionQuery()
        query.asOf = asOf
        query.condition = filter
        query.includesArchived = true
        query.sort = "created_at"
        query.limit = 1000
        var ids: [String] = []
        while true {
            query.offset = ids.count
            let page = try await sessions(query)
            ids += page.sessions.map(\.id)
            if page.sessions.isEmpty || ids.count >= page.total { return ids }
        }
    }

    private static let prefix = "sess_"
    /// The length of the ids that servers give; a whole one needs no looking up.
    private static let idByteCount = 21

    private func found(
        _ filter: String, _ asOf: LogMoment?, where isMeant: (SessionSummary) -> Bool
    ) async throws -> [SessionSummary] {
        var query = SessionQuery()
        query.asOf = asOf
        query.condition = filter
        query.includesArchived = true
        query.limit = 20
        return try await sessions(query).sessions.filter(isMeant)
    }

    private static func only(_ sessions: [SessionSummary], _ reference: String, _ how: String) throws -> String? {
        guard sessions.count > 1 else { return sessions.first?.id }
        throw CommandFailure(
            .usage,
            "There are several sessions \(how) '\(reference)': \(sessions.map(\.id).joined(separator: ", ")). "
                + "Name one by its id.")
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\""
    }
}
