import Text
package import Tracking

/// A request to tell an address about certain events.
package struct NewWebhook: Document, Equatable {
    package static let name = "CreateWebhook"

    package var url = ""
    package var events: [String] = []
    package var format: Webhook.Format?
    /// A condition on sessions in the filter language.
    package var filter: String?
    package var secret: String?
    /// True to have the server make a secret.
    package var generatesSecret: Bool?

    package init() {}

    package static let fields: [Field<NewWebhook>] = [
        Field("url", \.url, .bytes(1...2048)), Field("events", \.events, .count(1...100, of: .event)),
        Field("format", \.format), Field("filter", \.filter, .bytes(0...16_384)),
        Field("secret", \.secret, .bytes(1...512)), Field("generate_secret", \.generatesSecret),
    ]
}

/// The changes to a webhook; what is nil stays.
package struct UpdatedWebhook: Document, Equatable {
    package static let name = "UpdateWebhook"

    package var url: String?
    package var events: [String]?
    package var format: Webhook.Format?
    package var filter: String?
    package var isEnabled: Bool?
    package var secret: String?
    package var generatesSecret: Bool?

    package init() {}

    package static let fields: [Field<UpdatedWebhook>] = [
        Field("url", \.url, .bytes(1...2048)), Field("events", \.events, .count(1...100, of: .event)),
        Field("format", \.format), Field("filter", \.filter, .bytes(0...16_384)), Field("enabled", \.isEnabled),
        Field("secret", \.secret, .bytes(1...512)), Field("generate_secret", \.generatesSecret),
    ]
}

extension Bounds where Value == String {
    /// An event that a webhook can be told about, or a pattern that at least one matches.
    fileprivate static var event: Bounds {
        let names = Webhook.EventName.allCases.map(\.rawValue)
        return Bounds(limits: .bytes(1...255)) { (name) throws(FieldError) in
            guard !names.contains(where: NamePattern(name).matches) else { return }
            throw FieldError("", "is unknown. " + Spelling.unknown("event", name, among: names).dropLast())
        }
    }
}
