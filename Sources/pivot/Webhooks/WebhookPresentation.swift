import API
import Tracking

/// Webhooks and deliveries as tables and sheets.
enum WebhookPresentation {
    /// One row a webhook.
    static func table(_ webhooks: [WebhookInfo]) -> TextTable {
        var table = TextTable([
            .init("WEBHOOK"), .init("STATUS"), .init("URL", mayShrink: true), .init("EVENTS", mayShrink: true),
            .init("FORMAT", isOptional: true), .init("DELIVERED", isNumeric: true, isOptional: true),
            .init("FAILED", isNumeric: true, isOptional: true),
        ])
        for webhook in webhooks {
            table.add([
                webhook.id, webhook.status, webhook.url, webhook.events.joined(separator: ", "),
                webhook.format.rawValue, "\(webhook.deliveredCount)", "\(webhook.failedCount)",
            ])
        }
        return table
    }

    /// Everything about one webhook; of secrets only one that the server has just made.
    static func sheet(
        _ webhook: WebhookInfo, hasNewSecret: Bool = false, moment: (Timestamp?) -> String
    ) -> FactSheet {
        var sheet = FactSheet()
        sheet.add("Webhook", webhook.id)
        sheet.add("URL", webhook.url)
        sheet.add("Status", webhook.status)
        sheet.add("Message", webhook.message)
        sheet.add("Events", webhook.events.joined(separator: ", "))
        sheet.add("Format", webhook.format.rawValue)
        sheet.add("Filter", webhook.filter)
        sheet.add("Signed", webhook.isSigned ? "yes" : "no")
        if hasNewSecret { sheet.add("Secret", webhook.secret.map { "\($0) (not shown again)" }) }
        sheet.add("Delivered", "\(webhook.deliveredCount)")
        sheet.add("Failed", "\(webhook.failedCount)")
        sheet.add("Position", String(webhook.position))
        sheet.add("Created", moment(webhook.createdAt))
        sheet.add("Last attempt", webhook.lastAttemptAt.map(moment))
        return sheet
    }

    /// One row a delivery.
    static func table(_ deliveries: [DeliveryInfo], moment: (Timestamp?) -> String) -> TextTable {
        var table = TextTable([
            .init("DELIVERY"), .init("EVENT"), .init("STATUS"), .init("ATTEMPTS", isNumeric: true),
            .init("ANSWER", mayShrink: true), .init("SESSION", mayShrink: true, isOptional: true),
            .init("POSITION", isNumeric: true, isOptional: true), .init("CREATED", isOptional: true),
        ])
        for delivery in deliveries {
            table.add([
                delivery.id, delivery.event, delivery.status, "\(delivery.attempts)", answer(delivery) ?? "",
                delivery.sessionID, String(delivery.position), moment(delivery.createdAt),
            ])
        }
        return table
    }

    /// Everything about one delivery, with what is sent.
    static func sheet(_ delivery: DeliveryInfo, moment: (Timestamp?) -> String) -> FactSheet {
        var sheet = FactSheet()
        sheet.add("Delivery", delivery.id)
        sheet.add("Webhook", delivery.webhookID)
        sheet.add("Event", delivery.event)
        sheet.add("Session", delivery.sessionID)
        sheet.add("Position", String(delivery.position))
        sheet.add("Status", delivery.status)
        sheet.add("Attempts", "\(delivery.attempts)")
        sheet.add("Answer", answer(delivery))
        sheet.add("Took", delivery.responseTime.map { "\(HumanFormat.number($0)) ms" })
        sheet.add("Created", moment(delivery.createdAt))
        sheet.add("Delivered", delivery.deliveredAt.map(moment))
        sheet.add("Next attempt", delivery.nextAttemptAt.map(moment))
        sheet.add("Type", delivery.contentType)
        sheet.add("Body", delivery.body)
        return sheet
    }

    private static func answer(_ delivery: DeliveryInfo) -> String? {
        delivery.errorMessage ?? delivery.statusCode.map { String($0) }
    }
}
