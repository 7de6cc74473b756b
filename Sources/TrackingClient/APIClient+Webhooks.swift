import JSON

extension APIClient {
    /// Has `url` (`https://…`, `http://…` or `mailto:…`) told about `events`, from now on.
    package func createWebhook(
        url: String, events: [String], command: String? = nil
    ) async throws(ClientError) -> WebhookInfo {
        let body: JSONValue = ["url": .string(url), "events": .array(events.map { .string($0) })]
        let request = APIRequest.post(["webhooks"], command: command ?? newCommandID(), body: .json(body))
        return try WebhookInfo(try await document(request).json)
    }

    /// All webhooks.
    package func webhooks() async throws(ClientError) -> Page<WebhookInfo> {
        let answer = try await document(.get("webhooks"))
        return try Page(answer.json, key: "webhooks") { json throws(ClientError) in try WebhookInfo(json) }
    }

    /// The webhook's document.
    package func webhook(_ id: String) async throws(ClientError) -> WebhookInfo {
        try WebhookInfo(try await document(.get("webhooks", id)).json)
    }

    /// Ends the webhook; its document is answered.
    package func deleteWebhook(_ id: String) async throws(ClientError) -> WebhookInfo {
        let request = APIRequest(method: "DELETE", segments: ["webhooks", id], isRepeatable: false)
        return try WebhookInfo(try await document(request).json)
    }
}
