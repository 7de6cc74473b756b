package import Tracking

/// The epochs of a session, with where each stands in its training.
package struct EpochList: Document, Equatable {
    package static let name = "EpochList"

    package var sessionID = ""
    package var currentEpoch = 0
    package var totalEpochs = 0
    package var epochs: [Epoch] = []

    package init() {}

    package static let fields: [Field<EpochList>] = [
        Field("session_id", \.sessionID), Field("current_epoch", \.currentEpoch),
        Field("total_epochs", \.totalEpochs), Field("epochs", \.epochs),
    ]

    /// One completed epoch.
    package struct Epoch: Document, Equatable {
        package static let name = "Epoch"

        package var epoch = 0
        package var timestamp = Timestamp(rawValue: 0)
        package var step = 0
        package var attempt = 0
        package var isSuperseded = false
        package var metrics: [MetricValue] = []

        package init() {}

        package static let fields: [Field<Epoch>] = [
            Field("epoch", \.epoch), Field("timestamp", \.timestamp), Field("step", \.step),
            Field("attempt", \.attempt), Field("superseded", \.isSuperseded, omitting: false),
            Field(metrics: "metrics", \.metrics),
        ]
    }
}
