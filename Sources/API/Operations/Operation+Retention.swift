/// Retention rules and their work.
extension Operation {
    static let retention: [Operation] = [
        .listRetentionRules, .setRetentionRule, .deleteRetentionRule, .previewRetention, .runRetention,
    ]

    private static let rules = "/retention/rules"
    private static let rule = rules + "/{name}"

    package static let listRetentionRules = Operation(
        "listRetentionRules", .get, rules, for: .admin, query: .reading, answering: .document(RetentionRuleList.self))
    package static let setRetentionRule = Operation(
        "setRetentionRule", .put, rule, for: .admin, taking: .json(RetentionRuleRequest.self),
        answering: .document(RetentionRuleInfo.self))
    package static let deleteRetentionRule = Operation(
        "deleteRetentionRule", .delete, rule, for: .admin, answering: .document(RetentionRuleInfo.self))
    package static let previewRetention = Operation(
        "previewRetention", .get, "/retention/preview", for: .admin, query: ["limit"],
        answering: .document(RetentionReportInfo.self))
    // Asked for again it does what is left, which is what a repeat is to do.
    package static let runRetention = Operation(
        "runRetention", .post, "/retention/run", for: .admin, query: ["limit"],
        answering: .document(RetentionReportInfo.self), isIdempotent: false)
}
