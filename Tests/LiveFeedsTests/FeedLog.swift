import EventLog
import JSON
import LiveFeeds
import SwiftProtobuf
import Tracking

/// A log in memory that tests write events to.
struct FeedLog {
    let store = InMemoryEventStore(clock: { Timestamp(rawValue: 1_700_000_000_000_000) })
    let hub: FeedHub
    let session: Session.ID

    init(_ session: String = "sess_one") {
        self.session = Session.ID(session)!
        hub = FeedHub(store: store)
    }

    /// Appends what happens to the session; returns the last position.
    @discardableResult
    func append(_ events: SessionEvent..., session other: String? = nil) async throws -> LogPosition {
        let id = other.flatMap { Session.ID($0) } ?? session
        return try await append(events.map { try $0.encoded() }, to: id.stream)
    }

    /// Appends what the session measures.
    @discardableResult
    func report(_ events: TelemetryEvent..., session other: String? = nil) async throws -> LogPosition {
        let id = other.flatMap { Session.ID($0) } ?? session
        return try await append(events.map { try $0.encoded() }, to: id.telemetry)
    }

    /// Appends what became of a delivery about the session.
    func attempt(outcome: String, isRepeated: Bool) async throws {
        let event = WebhookEvent.deliveryAttempted(
            .with {
                $0.event = "training_completed"
                $0.sessionID = session.text
                $0.outcome = outcome
                $0.redelivery = isRepeated
                $0.error = outcome == "delivered" ? "" : "The receiver answered 410."
            })
        _ = try await append([event.encoded()], to: StreamID(.webhook, "webhook_one"))
    }

    private func append(_ events: [NewEvent], to stream: StreamID) async throws -> LogPosition {
        let command = CommandID("cmd_\(store.head.next)")!
        return try await store.append(
            AppendRequest(
                stream: stream, events: events, expecting: .any, commandID: command,
                commandDigest: Digest(hashing: Array(command.text.utf8)), actor: "test")
        ).last
    }

    /// What a feed tells until nothing more is in the log; the opening is left out.
    func told(_ request: FeedRequest) async throws -> (frames: [FeedFrame], isEnded: Bool) {
        var reader = try await FeedReader(request, hub: hub)
        var frames: [FeedFrame] = []
        while true {
            switch try await reader.next(patience: .zero) {
            case .frames(let next): frames += next
            case .quiet: return (frames.filter { $0.type != .connection }, false)
            case .end: return (frames.filter { $0.type != .connection }, true)
            }
        }
    }

    /// The same for a feed of the session.
    func told(
        types: Set<FeedFrameType>? = nil, after: FeedCursor? = nil
    ) async throws -> (frames: [FeedFrame], isEnded: Bool) {
        try await told(FeedRequest(scope: .session(session), types: types, after: after))
    }
}

extension FeedFrame {
    var json: JSONValue { get throws { try JSONValue.parse(text) } }
}

/// Short ways to write events.
enum Make {
    static let created = SessionEvent.created(.with { $0.name = "one" })
    static let startRequested = SessionEvent.startRequested(StartRequested())
    static let stopRequested = SessionEvent.stopRequested(StopRequested())
    static func claimed(_ attempt: UInt32 = 1) -> SessionEvent { .attemptClaimed(.with { $0.attempt = attempt }) }
    static func started(_ attempt: UInt32 = 1, firstEpoch: UInt32 = 1) -> SessionEvent {
        .attemptStarted(
            .with {
                $0.attempt = attempt
                $0.firstEpoch = firstEpoch
                $0.firstStep = UInt64(firstEpoch - 1) * 10 + 1
            })
    }
    static func epoch(_ epoch: UInt32, _ metrics: [(String, Double)] = [("val_loss", 0.5)]) -> SessionEvent {
        .epochCompleted(
            .with {
                $0.attempt = 1
                $0.epoch = epoch
                $0.step = UInt64(epoch) * 10
                $0.metrics = self.metrics(metrics)
            })
    }
    static func checkpoint(_ epoch: UInt32) -> SessionEvent {
        .checkpointSaved(
            .with {
                $0.checkpointID = "ckpt_\(epoch)"
                $0.epoch = epoch
                $0.marks = [.last]
            })
    }
    static func completed(_ metrics: [(String, Double)] = []) -> SessionEvent {
        .completed(.with { $0.finalMetrics = self.metrics(metrics) })
    }
    static func failed(_ message: String) -> SessionEvent { .failed(.with { $0.message = message }) }
    static func stopped(_ message: String = "") -> SessionEvent { .stopped(.with { $0.message = message }) }
    static func points(_ name: String, _ values: [Double]) -> TelemetryEvent {
        .metricsReported(
            .with {
                $0.attempt = 1
                $0.series = [
                    .with {
                        $0.name = name
                        $0.stepDeltas = values.map { _ in 1 }
                        $0.values = values
                    }
                ]
            })
    }
    static func lines(_ texts: [String]) -> TelemetryEvent {
        .linesLogged(
            .with { report in report.lines = texts.map { text in .with { $0.text = text } } })
    }
    private static func metrics(_ metrics: [(String, Double)]) -> [Metric] {
        metrics.map { metric in
            .with {
                $0.name = metric.0
                $0.value = metric.1
            }
        }
    }
}
