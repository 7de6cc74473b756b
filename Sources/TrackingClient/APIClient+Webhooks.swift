package import API

extension APIClient {
    /// Has an address (`https://…`, `http://…` or `mailto:…`) told about events, from now on.
    package func createWebhook(_ new: NewWebhook, command: String? = nil) async throws(ClientError) -> WebhookInfo {
        try await ask(.createWebhook, sending: new, command: command)
    }

    /// All webhooks.
    package func webhooks() async throws(ClientError) -> WebhookList { try await ask(.listWebhooks) }

    /// The webhook's document.
    package func webhook(_ id: String) async throws(ClientError) -> WebhookInfo { try await ask(.getWebhook, id) }

    /// Ends the webhook; its document is answered.
    package func deleteWebhook(_ id: String) async throws(ClientError) -> WebhookInfo {
        try await ask(.deleteWebhook, id)
    }
}
