import Synchronization
import Tracking

/// Collects what a trainer measures and sends it in order, one message after another.
///
/// Recording never waits. Whoever records more than the buffer holds calls `flush` and waits with it.
package actor TelemetryReporter {
    private let service: any TrainingService
    private let attempt: Int
    private let host: String
    private let stop: StopSignal
    private let warn: @Sendable (String) -> Void
    private let buffer = Mutex(TelemetryBuffer())
    private var number = 0
    private var isSending = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// A reporter for one attempt; `warn` is told of reports that the server refuses.
    package init(
        _ service: any TrainingService, attempt: Int, host: String, stop: StopSignal,
        warn: @escaping @Sendable (String) -> Void
    ) {
        self.service = service
        self.attempt = attempt
        self.host = host
        self.stop = stop
        self.warn = warn
    }

    /// Adds to what is to be sent.
    package nonisolated func record(_ body: (inout TelemetryBuffer) -> Void) {
        buffer.withLock { body(&$0) }
    }

    /// True when the buffer holds as much as it may.
    package nonisolated var isFull: Bool { buffer.withLock { $0.isFull } }

    /// Sends the latest progress, if there is news.
    package func flushProgress() async throws(TrainerError) {
        guard let progress = buffer.withLock({ $0.takeProgress() }) else { return }
        try await send([progress])
    }

    /// Sends everything that was recorded before the call; returns when the server has it.
    package func flush() async throws(TrainerError) {
        await enter()
        defer { leave() }
        let events = buffer.withLock { $0.takeReports(attempt: attempt, host: host) }
        try await send(events)
    }

    private func send(_ events: [TelemetryEvent]) async throws(TrainerError) {
        for event in events {
            number += 1
            do throws(TrainerError) {
                stop.raise(
                    if: try await service.send(
                        event, command: "\(service.sessionID)/attempt-\(attempt)/telemetry-\(number)"))
            } catch {
                // A refused report is no reason to end a training: its epochs and checkpoints are reported apart.
                guard error.code == .refused else { throw error }
                warn("A report of type \(event.type) was refused: \(error.message)")
            }
        }
    }

    /// Waits until nobody else sends, so that points arrive in the order of their steps.
    private func enter() async {
        while isSending {
            await withCheckedContinuation { waiting.append($0) }
        }
        isSending = true
    }

    private func leave() {
        isSending = false
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
