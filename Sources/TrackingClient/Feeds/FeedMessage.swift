package import API
package import Tracking

/// A frame of a live feed, with what clients look at; each type has fields of its own.
package struct FeedMessage: Document, Equatable {
    package static let name = "Frame"

    /// connection, epoch_complete, metrics, checkpoint_saved, status, log, host, alert, notification, training_complete, error
    /// or heartbeat; a newer server may send others.
    package var type = ""
    /// Its position in the log.
    package var position: UInt64?
    package var sessionID: String?
    private var statusWord: String?
    package var epoch: Int?
    package var totalEpochs: Int?
    package var metrics: [MetricValue] = []
    package var finalMetrics: [MetricValue] = []
    package var message: String?
    /// Of a log frame.
    package var lines: [Line] = []
    /// Of an alert frame; its rule, severity and metric only where it was raised, and the
    /// resolution only where it is over.
    package var alertID: String?
    package var ruleName: String?
    package var severity: String?
    package var metric: String?
    package var resolution: String?

    package init() {}

    package static let fields: [Field<FeedMessage>] = [
        Field("type", \.type), Field("position", \.position), Field("session_id", \.sessionID),
        Field("status", \.statusWord), Field("epoch", \.epoch), Field("total_epochs", \.totalEpochs),
        Field(optionalMetrics: "metrics", \.metrics), Field(optionalMetrics: "final_metrics", \.finalMetrics),
        Field("message", \.message), Field("lines", \.lines, omitting: []),
        Field("alert_id", \.alertID), Field("rule_name", \.ruleName), Field("severity", \.severity),
        Field("metric", \.metric), Field("resolution", \.resolution),
    ]

    /// Of an alert frame.
    package var alertStatus: Alert.Status? { statusWord.flatMap { Alert.Status(rawValue: $0) } }

    package var status: Session.Status? { statusWord.flatMap { Session.Status(rawValue: $0) } }

    /// True when a session's feed ends with it.
    package var isLast: Bool { type == "training_complete" || type == "error" }

    /// A line of a training's output.
    package struct Line: Document, Equatable {
        package static let name = "FrameLine"

        package var text = ""
        /// debug, info, warning or error; nil for output.
        package var level: String?

        package init() {}

        package static let fields: [Field<Line>] = [Field("text", \.text), Field("level", \.level)]
    }
}
