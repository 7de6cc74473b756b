package import Application
package import EventLog
import Foundation
package import Logging
import Machine
import ReadModels
import Synchronization
package import Tracking

/// Evaluates the alert rules behind the log: raises alerts, ends them, and does what the rules say.
///
/// What rises follows from the log by `AlertFold`, and every command has an id that follows from its cause. The fold is kept in
/// a file now and then, so that a start goes on from there; whatever was decided after it is decided again, and counts once.
package struct AlertWatch: Reactor {
    package let name = "alert-watch"
    package let interest: EventFilter? = .categories([.session, .telemetry, .alertRule, .alert])
    package let types: Set<String>? = AlertFold.types
    package let interval: Duration? = .seconds(1)

    /// The time between two snapshots.
    private static let snapshotInterval = Duration.seconds(30)

    private final class Shared: Sendable {
        let state: Mutex<State>

        init(_ state: State) { self.state = Mutex(state) }
    }

    private struct State {
        var fold = AlertFold()
        /// What is decided and not yet done, in its order.
        var pending: [AlertFold.Decision] = []
        var isFollowing = false
        /// True while what an event asks for is not done: a snapshot then would make a start pass it over.
        var isReacting = false
        /// Up to here there is nothing that is not evaluated, also of events that no rule is about.
        var passed = LogPosition.start
        var savedPosition = LogPosition.start
        var savedAt: Timestamp
    }

    private let tracker: Tracker
    private let monitor: ResourceMonitor
    /// The rules of the server's configuration.
    private let configured: [AlertRuleSettings]
    private let file: String
    private let logger: Logger
    private let began: Timestamp
    private let shared: Shared

    private var core: TrackerCore { tracker.core }

    /// - Parameter file: Where the fold is kept.
    package init(
        _ tracker: Tracker, monitor: ResourceMonitor, configured: [AlertRuleSettings], file: String, logger: Logger
    ) {
        self.tracker = tracker
        self.monitor = monitor
        self.configured = configured
        self.file = file
        self.logger = logger
        began = tracker.core.now()
        shared = Shared(State(savedAt: began))
    }

    // MARK: - Following

    package func begin(_ work: ReactorWork) async throws -> LogPosition {
        let head = core.store.head
        try await AlertRuleSetup(core).run(configured)
        if let fold = savedFold(), fold.position <= core.store.head {
            shared.state.withLock {
                $0.fold = fold
                $0.savedPosition = fold.position
            }
        } else {
            // Nothing before the first rule can have raised an alert.
            let rules = try await core.readWithoutLimit { try $0.alertRules() }
            let first = rules.map(\.createdPosition).min() ?? head.rawValue + 1
            shared.state.withLock { $0.fold = AlertFold(after: LogPosition(first - 1)) }
        }
        let position = shared.state.withLock { state in
            state.isFollowing = true
            return state.fold.position
        }
        tell()
        return position
    }

    package func react(to event: RecordedEvent, _ work: ReactorWork) async throws {
        let open = shared.state.withLock { state in
            state.isReacting = true
            return state.fold.openScope(of: event)
        }
        if let open {
            let session = event.stream.identity
            let scope = try await tracker.alerts.scope(of: session, at: event.position, open)
            shared.state.withLock {
                $0.pending += $0.fold.setScope(of: session, filtered: scope.included, own: scope.own)
            }
        }
        try shared.state.withLock { $0.pending += try $0.fold.apply(event) }
        try await perform()
        tell()
        if event.type == Self.triggered { try await act(on: event) }
        shared.state.withLock { $0.isReacting = false }
    }

    private static let triggered = AlertEvent.triggered(AlertTriggered()).type

    package func tick() async throws {
        let (now, head) = (core.now(), core.store.head)
        let sample = monitor.latest
        shared.state.withLock { state in
            guard state.isFollowing else { return }
            state.pending += state.fold.tick(at: now, began: began, head: head, figures: sample.alertFigures)
        }
        try await perform()
        try await pass()
        tell()
        save(at: now)
    }

    /// Looks whether only events that no rule is about follow.
    private func pass() async throws {
        guard let interest else { return }
        while true {
            let position = shared.state.withLock { max($0.passed, $0.fold.position) }
            let batch = try await core.store.events(after: position, limit: ReadLimit(count: 256), matching: interest)
            guard batch.events.allSatisfy({ !AlertFold.types.contains($0.type) }), batch.through > position else {
                return
            }
            shared.state.withLock { $0.passed = batch.through }
        }
    }

    private func tell() {
        let (position, count) = shared.state.withLock { (max($0.passed, $0.fold.position), $0.fold.activeCount) }
        core.alertProgress.set(position: position, activeCount: count)
    }

    // MARK: - Doing

    /// Does what is decided, in its order. What fails stays, and is tried again at the next event or tick.
    private func perform() async throws {
        while let decision = shared.state.withLock({ $0.pending.first }) {
            try await perform(decision)
            // By its name, since a message that holds NaN does not equal itself.
            shared.state.withLock { if $0.pending.first?.name == decision.name { $0.pending.removeFirst() } }
        }
    }

    private func perform(_ decision: AlertFold.Decision) async throws {
        guard let identity = identity(decision.name) else { return }
        switch decision {
        case .trigger(let alert):
            _ = try await core.alerts.handle(.trigger(alert), on: Alert.stream(of: alert.sessionID), as: identity)
            logger.notice(
                "An alert has risen.",
                metadata: ["rule": "\(alert.ruleName)", "session": "\(alert.sessionID)", "message": "\(alert.message)"])
        case .resolve(let resolved, let session):
            do {
                _ = try await core.alerts.handle(.resolve(resolved), on: Alert.stream(of: session), as: identity)
            } catch {
                guard case .refused = error else { throw error }  // somebody has resolved it
            }
        }
    }

    /// Stops or tags the session of an alert; asked for again, it counts once.
    private func act(on event: RecordedEvent) async throws {
        guard case .triggered(let alert) = try AlertEvent(event), let session = Session.ID(alert.sessionID) else {
            return
        }
        // One that is over asks for nothing any more, as when the log is folded anew.
        guard try await core.alerts.state(of: event.stream)[alert.alertID] != nil else { return }
        do {
            if alert.actions.contains(AlertRule.Action.tag.rawValue), let identity = identity("\(alert.alertID)/tag") {
                try await tag(session, alert.tag, identity)
            }
            if alert.actions.contains(AlertRule.Action.stop.rawValue), let identity = identity("\(alert.alertID)/stop")
            {
                _ = try await core.sessions.handle(.requestStop, on: session.stream, as: identity)
            }
        } catch let error as CommandError<SessionRefusal> {
            guard case .refused(let refusal, _) = error else { throw error }
            // It has ended by itself, or was deleted.
            logger.info(
                "What an alert was to do is not done.",
                metadata: ["session": "\(session)", "rule": "\(alert.ruleName)", "reason": "\(refusal)"])
        }
    }

    private func tag(_ session: Session.ID, _ tag: String, _ identity: CommandIdentity) async throws {
        let document = try await core.readWithoutLimit { try $0.session(session) }
        guard let document, !document.tags.contains(tag) else { return }
        var changes = SessionCommand.Changes()
        changes.tags = document.tags + [tag]
        _ = try await core.sessions.handle(.update(changes), on: session.stream, as: identity)
    }

    // MARK: - The snapshot

    private func savedFold() -> AlertFold? {
        guard let data = FileManager.default.contents(atPath: file) else { return nil }
        let fold = AlertFold(snapshot: Array(data))
        if fold == nil { logger.info("The state of the alert rules is folded from the log anew.") }
        return fold
    }

    /// Keeps the fold, if it has moved and all that it decided is done.
    private func save(at now: Timestamp) {
        let fold = shared.state.withLock { state -> AlertFold? in
            guard state.isFollowing, !state.isReacting, state.pending.isEmpty,
                state.fold.position > state.savedPosition,
                now.duration(since: state.savedAt) >= Self.snapshotInterval
            else { return nil }
            (state.savedPosition, state.savedAt) = (state.fold.position, now)
            return state.fold
        }
        guard let fold else { return }
        do {
            // Encoded outside of the lock, so that no event waits for it.
            try Data(try fold.snapshot()).write(to: URL(fileURLWithPath: file), options: .atomic)
        } catch {
            // It only saves time at the next start.
            logger.warning(
                "The state of the alert rules could not be kept; the next start takes longer.",
                metadata: ["error": "\(error)"])
        }
    }
}

extension ResourceSample {
    /// The server's own figures, by the names that rules know.
    fileprivate var alertFigures: [(name: String, value: Double)] {
        var figures = [
            ("cpu_percent", processorPercent), ("memory_percent", memory.percent), ("disk_percent", disk.percent),
            ("disk_free_bytes", Double(disk.freeByteCount)),
        ]
        if let percent = gpus.compactMap({ $0.memory?.percent }).max() {
            figures.append(("gpu_memory_percent", percent))
        }
        if let utilization = gpus.compactMap(\.utilization).max() { figures.append(("gpu_utilization", utilization)) }
        if let temperature = gpus.compactMap(\.temperature).max() { figures.append(("gpu_temperature", temperature)) }
        return figures
    }
}

extension AlertFold.Decision {
    /// The key of its command, which tells it from the others: the alert, and that it is raised or ended.
    fileprivate var name: String {
        switch self {
        case .trigger(let alert): alert.alertID + "/trigger"
        case .resolve(let resolved, _): resolved.alertID + "/resolve"
        }
    }
}
