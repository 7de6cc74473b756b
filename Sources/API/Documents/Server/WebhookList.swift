/// The webhooks that there are.
package struct WebhookList: Document, Equatable {
    package static let name = "WebhookList"

    package var webhooks: [WebhookInfo] = []
    package var total = 0

    package init() {}

    package static let fields: [Field<WebhookList>] = [Field("webhooks", \.webhooks), Field("total", \.total)]
}
