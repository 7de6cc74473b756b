/// What became of the wish that webhooks are told again, after a restore.
package struct DeliveryResumption: Document, Equatable {
    package static let name = "DeliveryResumption"

    /// Whether they were paused until now.
    package var wasPaused = false
    package var message = ""

    package init() {}

    package static let fields: [Field<DeliveryResumption>] = [
        Field("was_paused", \.wasPaused), Field("message", \.message),
    ]
}
