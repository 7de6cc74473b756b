package import API
package import Tracking

extension APIClient {
    /// Has an address (`https://…`, `http://…` or `mailto:…`) told about events, from now on.
    package func createWebhook(_ new: NewWebhook, command: String? = nil) async throws(ClientError) -> WebhookInfo {
        try await ask(.createWebhook, sending: new, command: command)
    }

    /// All webhooks, now or as they were at `asOf`.
    package func webhooks(asOf: LogMoment? = nil) async throws(ClientError) -> WebhookList {
        try await ask(.listWebhooks, query: [("as_of", asOf?.description)])
    }

    /// The webhook's document, now or as it was at `asOf`.
    package func webhook(_ id: String, asOf: LogMoment? = nil) async throws(ClientError) -> WebhookInfo {
        try await ask(.getWebhook, id, query: [("as_of", asOf?.description)])
    }

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

    /// Has every event after a position of the log sent again, under the same delivery ids.
    package func replayWebhook(
        _ id: String, after position: UInt64, command: String? = nil
    ) async throws(ClientError) -> WebhookInfo {
        try await ask(.replayWebhook, id, query: [("after", String(position))], command: command)
    }

    /// Has webhooks told again after a restore, which pauses them.
    package func resumeWebhooks() async throws(ClientError) -> DeliveryResumption { try await ask(.resumeWebhooks) }

    /// What was sent to the webhook, those of the newest events first: the `limit` newest, 100 when nil, with this status.
    package func deliveries(
        of id: String, status: String? = nil, limit: Int? = nil, offset: Int? = nil
    ) async throws(ClientError) -> DeliveryList {
        try await ask(
            .listDeliveries, id,
            query: [
                ("status", status), ("limit", limit.map(String.init)), ("offset", offset.map(String.init)),
            ])
    }

    /// One delivery, with what is sent.
    package func delivery(_ delivery: String, of id: String) async throws(ClientError) -> DeliveryInfo {
        try await ask(.getDelivery, id, delivery)
    }

    /// Has one event sent once more, under the same delivery id.
    package func redeliver(
        _ delivery: String, of id: String, command: String? = nil
    ) async throws(ClientError) -> DeliveryInfo {
        try await ask(.redeliver, id, delivery, command: command)
    }
}
