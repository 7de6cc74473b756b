package import Tracking

/// The sessions that a list shall hold: those that match every given filter.
package struct SessionQuery: Sendable {
    /// Any of these; all when empty.
    package var statuses: [Session.Status] = []
    /// All of these.
    package var tags: [String] = []
    package var experiment: String?
    package var group: String?
    /// Words that must all occur in the name, the notes or a tag.
    package var text: String?
    /// The condition that must hold, in the filter language: `status = completed and metrics.val_loss < 0.5`.
    package var condition: String?
    /// True when archived sessions are listed too.
    package var includesArchived = false
    /// A field such as created_at, `metrics.NAME` or `params.NAME`, with a minus sign for descending.
    package var sort: String?
    /// The values to show beside each session, such as `params.lr` and `metrics.val_acc.max`.
    package var columns: [String] = []
    /// The past moment whose sessions are listed, as they were then.
    package var asOf: LogMoment?
    package var limit: Int?
    package var offset: Int?

    package init() {}

    var parameters: [(String, String?)] {
        let statuses = statuses.isEmpty ? nil : statuses.map(\.rawValue).joined(separator: ",")
        return [("status", statuses)] + tags.map { ("tag", $0) } + [
            ("experiment", experiment), ("group", group), ("q", text), ("filter", condition),
            ("archived", includesArchived ? "include" : nil), ("sort", sort),
            ("columns", columns.isEmpty ? nil : columns.joined(separator: ",")), ("as_of", asOf?.description),
            ("limit", limit.map(String.init)), ("offset", offset.map(String.init)),
        ]
    }
}
