/// One event of a `text/event-stream`.
package struct ServerSentEvent: Equatable, Sendable {
    /// The last `id:` seen up to this event; empty before the first.
    package var id: String
    /// The value of `event:`; `message` when it said nothing.
    package var type: String
    /// The `data:` lines, joined by line feeds.
    package var data: String

    package init(id: String, type: String, data: String) {
        self.id = id
        self.type = type
        self.data = data
    }
}
