/// Alert rules, alerts and notifications.
extension Operation {
    static let alerts: [Operation] = [
        .createAlertRule, .listAlertRules, .getAlertRule, .updateAlertRule, .deleteAlertRule, .listAlerts, .getAlert,
        .acknowledgeAlert, .resolveAlert, .listNotifications, .readNotification, .readAllNotifications,
        .clearNotification, .clearNotifications,
    ]

    private static let rules = "/alerts/rules"
    private static let rule = rules + "/{rule_id}"
    private static let alert = "/alerts/{alert_id}"
    private static let notification = "/notifications/{notification_id}"

    package static let createAlertRule = Operation(
        "createAlertRule", .post, rules, for: .trainer, taking: .json(NewAlertRule.self), 201,
        answering: .document(AlertRuleInfo.self))
    package static let listAlertRules = Operation(
        "listAlertRules", .get, rules, for: .viewer, query: .paging + .reading,
        answering: .document(AlertRuleList.self))
    package static let getAlertRule = Operation(
        "getAlertRule", .get, rule, for: .viewer, query: .reading, answering: .document(AlertRuleInfo.self))
    package static let updateAlertRule = Operation(
        "updateAlertRule", .patch, rule, for: .trainer, taking: .json(UpdatedAlertRule.self),
        answering: .document(AlertRuleInfo.self))
    package static let deleteAlertRule = Operation(
        "deleteAlertRule", .delete, rule, for: .trainer, answering: .document(AlertRuleInfo.self))
    package static let listAlerts = Operation(
        "listAlerts", .get, "/alerts", for: .viewer,
        query: ["status", "severity", "session_id", "rule_id"] + .paging + .reading,
        answering: .document(AlertList.self))
    package static let getAlert = Operation(
        "getAlert", .get, alert, for: .viewer, query: .reading, answering: .document(AlertInfo.self))
    package static let acknowledgeAlert = Operation(
        "acknowledgeAlert", .post, alert + "/acknowledge", for: .trainer, taking: .optionalJSON(AlertRemark.self),
        answering: .document(AlertInfo.self))
    package static let resolveAlert = Operation(
        "resolveAlert", .post, alert + "/resolve", for: .trainer, taking: .optionalJSON(AlertRemark.self),
        answering: .document(AlertInfo.self))
    package static let listNotifications = Operation(
        "listNotifications", .get, "/notifications", for: .viewer,
        query: ["type", "priority", "unread", "session_id"] + .paging + .reading,
        answering: .document(NotificationList.self))
    package static let readNotification = Operation(
        "readNotification", .post, notification + "/read", for: .trainer,
        answering: .document(NotificationInfo.self))
    package static let readAllNotifications = Operation(
        "readAllNotifications", .post, "/notifications/read-all", for: .trainer,
        answering: .document(NotificationCounts.self))
    package static let clearNotification = Operation(
        "clearNotification", .delete, notification, for: .trainer, answering: .document(NotificationInfo.self))
    package static let clearNotifications = Operation(
        "clearNotifications", .delete, "/notifications", for: .trainer,
        answering: .document(NotificationCounts.self))
}
