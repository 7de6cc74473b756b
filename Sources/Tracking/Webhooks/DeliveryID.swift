extension Webhook {
    /// The name of a delivery: it follows from the webhook and the event's place in the log, so that what is sent again has the
    /// same name. `delivery_<position>_<the webhook's own part>`.
    package struct DeliveryID: Hashable, Sendable, CustomStringConvertible {
        package let webhook: Webhook.ID
        package let position: LogPosition

        package init(_ webhook: Webhook.ID, _ position: LogPosition) {
            self.webhook = webhook
            self.position = position
        }

        /// Nil when `text` is not one of this webhook.
        package init?(_ text: String, of webhook: Webhook.ID) {
            guard text.hasPrefix("delivery_"), let position = UInt64(text.dropFirst(9).prefix { $0 != "_" }) else {
                return nil
            }
            self.init(webhook, LogPosition(position))
            guard description == text else { return nil }
        }

        package var description: String { "delivery_\(position)_\(webhook.text.dropFirst(8))" }
    }
}
