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

    /// Changes the webhook; what is nil stays.
    package func updateWebhook(
        _ id: String, _ changes: UpdatedWebhook, command: String? = nil
    ) async throws(ClientError) -> WebhookInfo {
        try await ask(.updateWebhook, id, sending: changes, command: command)
    }

    /// Sends a test at once; answers what became of it.
    package func testWebhook(_ id: String) async throws(ClientError) -> WebhookTestInfo {
        try await ask(.testWebhook, id)
    }

    /// What was sent to the webhook, those of the newest events first.
    package func deliveries(of id: String, status: String? = nil) async throws(ClientError) -> DeliveryList {
        try await ask(.listDeliveries, id, query: [("status", status)])
    }
}
