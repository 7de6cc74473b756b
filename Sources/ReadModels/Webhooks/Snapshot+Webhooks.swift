import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// The webhooks that are not deleted, in the order of their creation.
    package func webhooks() throws(ReadModelError) -> [WebhookDocument] {
        var webhooks: [WebhookDocument] = []
        do throws(LMDBError) {
            try transaction.forEachVersion(
                of: DocumentKind.webhook.prefix, through: position, in: tables
            ) { (bytes) throws(LMDBError) in
                let webhook = try transaction.decoded(bytes, as: WebhookDocument.self)
                if !webhook.deleted { webhooks.append(webhook) }
                return .next
            }
        } catch {
            throw ReadModelError(error)
        }
        return webhooks.sorted { $0.createdPosition < $1.createdPosition }
    }

    /// The webhook called `id`; nil when there is none or it is deleted.
    package func webhook(_ id: String) throws(ReadModelError) -> WebhookDocument? {
        do throws(LMDBError) {
            let webhook = try transaction.version(
                of: DocumentKind.webhook.key(id), through: position, in: tables, as: WebhookDocument.self)
            return webhook?.deleted == false ? webhook : nil
        } catch {
            throw ReadModelError(error)
        }
    }
}

extension ReadModelSnapshot {
    /// The deliveries of a webhook that `isIncluded` lets through, the newest events first: at most `limit` after the first
    /// `offset`, found by going back from the newest one.
    package func deliveries(
        of webhook: String, limit: Int, offset: Int, where isIncluded: (DeliveryDocument) -> Bool
    ) throws(ReadModelError) -> [DeliveryDocument] {
        var deliveries: [DeliveryDocument] = []
        do throws(LMDBError) {
            var passed = 0
            try transaction.forEachNewest(
                of: DocumentKind.delivery.key(webhook), from: newestPlace, through: position, in: tables,
                as: DeliveryDocument.self
            ) { _, delivery in
                guard deliveries.count < limit else { return .stop }
                guard isIncluded(delivery) else { return .next }
                passed += 1
                if passed > offset { deliveries.append(delivery) }
                return .next
            }
        } catch {
            throw ReadModelError(error)
        }
        return deliveries
    }

    /// The delivery of the event at `place`; nil when the webhook was never told about it.
    package func delivery(of webhook: String, at place: LogPosition) throws(ReadModelError) -> DeliveryDocument? {
        do throws(LMDBError) {
            return try transaction.version(
                of: DocumentKind.delivery.key(webhook).appending(place.rawValue), through: position, in: tables,
                as: DeliveryDocument.self)
        } catch {
            throw ReadModelError(error)
        }
    }
}
