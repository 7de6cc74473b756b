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
