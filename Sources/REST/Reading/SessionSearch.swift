import API
import Tracking
import WebServer

/// The sessions that a list request asks for.
struct SessionSearch {
    var filter = SessionFilter()
    var order = SessionOrder.newestFirst
    /// The values to show beside the sessions.
    var columns: [SessionColumn] = []
    var limit = 100
    var offset = 0

    /// Reads the parameters of `GET /training/sessions`.
    init(_ query: QueryReader) throws {
        for text in query.list("status") ?? [] {
            guard let status = Session.Status(rawValue: text) else {
                let words = Session.Status.allCases.map(\.rawValue).joined(separator: ", ")
                throw FieldError("status", "must be one of \(words), not '\(text)'")
            }
            filter.statuses.insert(status)
        }
        filter.tags = query.texts("tag")
        filter.experiment = query.text("experiment")
        filter.group = query.text("group")
        filter.text = query.text("q") ?? ""
        if let text = query.text("filter"), !text.isEmpty {
            do {
                filter.condition = try SessionCondition(text)
            } catch {
                throw FieldError("filter", "cannot be read: \(error)")
            }
        }
        filter.includesArchived = try query.includesArchived()
        if let text = query.text("sort") {
            guard let order = SessionOrder(text) else {
                throw FieldError(
                    "sort",
                    "must be created_at, started_at, completed_at, updated_at, session_name, status, current_epoch, "
                        + "metrics.NAME, params.NAME or config.NAME, with '-' before it for descending, not '\(text)'")
            }
            self.order = order
        }
        for name in query.list("columns") ?? [] {
            guard let column = SessionColumn(name) else {
                throw FieldError(
                    "columns",
                    "must name fields of the filter language, such as params.NAME, config.NAME or metrics.NAME.max, not "
                        + "'\(name)'")
            }
            columns.append(column)
        }
        limit = try query.limit(maximum: 1000) ?? 100
        offset = try query.offset()
    }
}

extension QueryReader {
    /// True when archived sessions count too: `archived=include`.
    func includesArchived() throws(FieldError) -> Bool {
        switch text("archived") {
        case nil, "exclude": return false
        case "include": return true
        case let text?: throw FieldError("archived", "must be exclude or include, not '\(text)'")
        }
    }
}
