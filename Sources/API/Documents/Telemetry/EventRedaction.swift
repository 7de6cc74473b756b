/// The removal of content from a record of the log.
package struct EventRedaction: Document, Equatable {
    package static let name = "EventRedaction"

    /// The place in the log of the event that did it.
    package var by: UInt64 = 0
    package var reason: String?

    package init() {}

    package static let fields: [Field<EventRedaction>] = [Field("by", \.by), Field("reason", \.reason)]
}
