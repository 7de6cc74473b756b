import Text
import Tracking

/// A request to tell an address about certain events.
package struct NewWebhook: Document, Equatable {
    package static let name = "CreateWebhook"

    package var url = ""
    package var events: [String] = []

    package init() {}

    package static let fields: [Field<NewWebhook>] = [
        Field("url", \.url, .bytes(1...2048)), Field("events", \.events, .count(1...100, of: .event)),
    ]
}

extension Bounds where Value == String {
    /// An event that a webhook can be told about.
    fileprivate static var event: Bounds {
        let names = Webhook.EventName.allCases.map(\.rawValue)
        return Bounds(.words(names)) { (name) throws(FieldError) in
            guard !names.contains(name) else { return }
            throw FieldError("", "is unknown. " + Spelling.unknown("event", name, among: names).dropLast())
        }
    }
}
