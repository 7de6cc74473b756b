import Application
import Tracking

/// Sends what webhooks are told to the receiver of the simulation, as long as the server lives.
struct SimulatedSender: WebhookSender {
    let receiver: Receiver
    let loop: SimulationLoop
    let chance: Chance
    let bug: PlantedBug?
    let isAlive: @Sendable () -> Bool

    let canMail = false

    func post(_ request: WebhookRequest) async -> SendResult {
        do {
            try await loop.sleep(for: chance.milliseconds(5...300))
        } catch {
            return SendResult(duration: .zero, error: "The request was cancelled.")
        }
        guard isAlive() else { return SendResult(duration: .zero, error: "The server was killed.") }
        if bug == .skippedDelivery, chance.once(in: 8) { return SendResult(statusCode: 200, duration: .zero) }
        return receiver.take(request)
    }

    func mail(_ mail: WebhookMail) async -> SendResult {
        SendResult(duration: .zero, error: "There is no mail here.", isFinal: true)
    }

    func fault(ofAddress url: String) async -> String? { nil }
}
