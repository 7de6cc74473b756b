import ReadModels
package import Tracking

extension Queries {
    /// The rules that there are, in the order of their creation.
    package func alertRules(_ freshness: Freshness) async throws -> Answer<[AlertRuleDocument]> {
        try await read(freshness) { try $0.alertRules() }
    }

    package func alertRule(_ id: String, _ freshness: Freshness) async throws -> Answer<AlertRuleDocument> {
        try await read(freshness) { snapshot in
            guard let rule = try snapshot.alertRule(id) else { throw TrackerError.unknown(.rule, id) }
            return rule
        }
    }

    /// The alerts that `isIncluded` lets through, the newest first, and how many of all are not resolved.
    package func alerts(
        asOf: LogPosition? = nil, limit: Int, offset: Int, _ freshness: Freshness,
        where isIncluded: @escaping @Sendable (AlertDocument) -> Bool
    ) async throws -> Answer<(alerts: [AlertDocument], counts: AlertCountsDocument)> {
        try await read(freshness, asOf: asOf) { snapshot in
            (
                try snapshot.alerts(limit: limit, offset: offset, where: isIncluded), try snapshot.alertCounts()
            )
        }
    }

    package func alert(_ text: String, asOf: LogPosition? = nil, _ freshness: Freshness) async throws -> Answer<
        AlertDocument
    > {
        try await read(freshness, asOf: asOf) { snapshot in
            guard let id = Alert.ID(text), let alert = try snapshot.alert(id) else {
                throw TrackerError.unknown(.alert, text)
            }
            return alert
        }
    }

    /// The notifications that are shown and that `isIncluded` lets through, the newest first.
    package func notifications(
        limit: Int, offset: Int, _ freshness: Freshness,
        where isIncluded: @escaping @Sendable (NotificationDocument) -> Bool
    ) async throws -> Answer<(notifications: [NotificationDocument], marks: NotificationMarksDocument)> {
        try await read(freshness) { try $0.notifications(limit: limit, offset: offset, where: isIncluded) }
    }

    package func notification(_ text: String, _ freshness: Freshness) async throws -> Answer<NotificationDocument> {
        try await read(freshness) { snapshot in
            guard let place = Notifications.position(text), let known = try snapshot.notification(at: place) else {
                throw TrackerError.unknown(.notification, text)
            }
            return known
        }
    }
}
