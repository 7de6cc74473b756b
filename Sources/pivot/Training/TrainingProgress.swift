package import API
package import Tracking
package import TrackingClient

/// The view of a training while it is followed, as a pure function of what came: frames, statuses, Ctrl-C.
///
/// A frame that speaks of an end may be history of an earlier attempt; only the session's document says that it has
/// ended, so such frames ask for it.
package struct TrainingProgress: Sendable {
    /// Anything that can come.
    package enum Input: Sendable {
        case frame(FeedMessage)
        case status(SessionStatusInfo)
        /// The feed broke and is being tried again.
        case interrupted(ClientError)
        /// The feed has ended, or cannot be had any more.
        case feedEnded(ClientError?)
        /// Ctrl-C.
        case interrupt
    }

    /// The action to take on it.
    package enum Action: Equatable, Sendable {
        case print(String)
        case warn(String)
        /// Print the line of an alert of a severity, or with nil of one that is over.
        case alert(String, severity: String?)
        /// Ask for the session's status now.
        case checkStatus
        case requestStop
        /// End without waiting for the training.
        case leave
        /// The session has ended.
        case finish(Session.Status)
    }

    package private(set) var status = Session.Status.queued
    package private(set) var currentEpoch = 0
    package private(set) var totalEpochs: Int
    /// The share that is done, 0 to 1.
    package private(set) var share = 0.0
    package private(set) var metrics: [MetricValue] = []
    /// True when a stop was asked for here.
    package private(set) var stopWasRequested = false
    private var queuePosition: Int?
    private var timeLeft: Duration?
    private var lastPrintedEpoch = 0
    /// True when it was said that the server is away, since it last answered.
    private var outageWasAnnounced = false
    private var announcedStatus: Session.Status?
    /// What the alerts that were told and are not over are called.
    private var alerts: [String: String] = [:]
    private let monitor: String?
    private let sessionID: String
    private let leavesOnInterrupt: Bool

    /// True for a program of the user's own, whose log may be all there is to see; of others only warnings are shown.
    private let showsWholeLog: Bool

    /// - Parameter leavesOnInterrupt: Whether the first Ctrl-C leaves the training to itself instead of stopping it.
    package init(session: SessionInfo, leavesOnInterrupt: Bool = false) {
        sessionID = session.id
        self.leavesOnInterrupt = leavesOnInterrupt
        totalEpochs = session.totalEpochs
        status = session.status
        currentEpoch = session.currentEpoch
        share = session.progress
        monitor = session.monitor
        showsWholeLog = session.trainer == TrainerKind.command.rawValue
    }

    /// Takes in what came and says what to do.
    package mutating func take(_ input: Input) -> [Action] {
        switch input {
        case .frame(let frame):
            outageWasAnnounced = false
            return take(frame)
        case .status(let info):
            outageWasAnnounced = false
            return take(info)
        case .interrupted(let error):
            guard error.code != .interrupted, !outageWasAnnounced else { return [] }
            outageWasAnnounced = true
            return [.warn("The server is unreachable; retrying: \(error.message)")]
        case .feedEnded(let error):
            return
                (error.map { [.warn("The live feed ended: \($0.message) Polling instead.")] } ?? [])
                + [.checkStatus]
        case .interrupt where leavesOnInterrupt:
            return [
                .warn(
                    "Detached; the training continues. Follow it with: \(ProgramName.typed) sessions follow \(sessionID)"
                ), .leave,
            ]
        case .interrupt:
            if stopWasRequested || status == .stopping {
                return [
                    .warn(
                        "Detached. The session is still stopping; see: \(ProgramName.typed) sessions show \(sessionID)"),
                    .leave,
                ]
            }
            stopWasRequested = true
            return [
                .warn("Stopping; a checkpoint is saved first. Press Ctrl-C again to detach without waiting."),
                .requestStop,
            ]
        }
    }

    /// The status line: how far it is, the metrics that matter, the time left.
    package func statusLine(width: Int) -> String {
        switch status {
        case .created: return DisplayText.fitted("waiting for the session to be started", to: width)
        case .queued:
            let place = queuePosition.map { ", place \($0)" } ?? ""
            return DisplayText.fitted("queued\(place): the training starts when a slot is free", to: width)
        case .stopping: return DisplayText.fitted("stopping: saving a checkpoint", to: width)
        case .running where totalEpochs == 0 && currentEpoch == 0: return DisplayText.fitted("running", to: width)
        case .running, .stopped, .completed, .failed:
            let epoch = min(currentEpoch + 1, max(totalEpochs, 1))
            let label = totalEpochs > 0 ? "epoch \(epoch)/\(totalEpochs)" : "epoch \(currentEpoch + 1)"
            var details = timeLeft.map { ["\(HumanFormat.duration($0)) left"] } ?? []
            details += TrainingProgress.headlines(metrics, monitor: monitor)
                .filter { $0.name != "train_loss" && $0.name != "learning_rate" }
                .map { "\($0.name) \(HumanFormat.number($0.value))" }
            return ProgressBar.line(
                label: label, share: share, detail: details.joined(separator: ", "), width: width)
        }
    }

    /// The metrics shown of an epoch: the losses, the monitored one, dice and the learning rate; the first four of a
    /// trainer that has none of these.
    package static func headlines(_ metrics: [MetricValue], monitor: String?) -> [MetricValue] {
        var names = ["train_loss", "val_loss"]
        if let monitor, !names.contains(monitor) { names.append(monitor) }
        names += ["val_dice", "learning_rate"].filter { !names.contains($0) }
        let found = names.compactMap { name in metrics.first { $0.name == name } }
        return found.isEmpty ? Array(metrics.prefix(4)) : found
    }

    /// One epoch as a line.
    package static func epochLine(_ epoch: Int, of total: Int, _ metrics: [MetricValue], monitor: String?) -> String {
        let padding = String(repeating: " ", count: max(0, String(total).count - String(epoch).count))
        var parts = ["epoch \(padding)\(epoch)/\(total)"]
        parts += headlines(metrics, monitor: monitor).map { "\($0.name) \(HumanFormat.number($0.value))" }
        if let seconds = metrics["epoch_seconds"], seconds.isFinite, seconds >= 0 {
            parts.append(HumanFormat.duration(.seconds(seconds)))
        }
        return DisplayText.safe(parts.joined(separator: "  "))
    }

    private mutating func take(_ frame: FeedMessage) -> [Action] {
        switch frame.type {
        case "epoch_complete":
            guard let epoch = frame.epoch, epoch != lastPrintedEpoch else { return [] }
            lastPrintedEpoch = epoch
            if status == .created || status == .queued { (status, announcedStatus) = (.running, .running) }
            currentEpoch = epoch
            totalEpochs = max(totalEpochs, epoch)
            metrics = frame.metrics
            if totalEpochs > 0 { share = max(share, Double(epoch) / Double(totalEpochs)) }
            return [.print(TrainingProgress.epochLine(epoch, of: totalEpochs, frame.metrics, monitor: monitor))]
        case "log":
            let lines = frame.lines.filter { showsWholeLog || ["warning", "error"].contains($0.level) }
            return lines.map { .print(Self.logLine($0, isLabelled: !showsWholeLog)) }
        case "alert": return take(alert: frame)
        case "training_complete": return [.finish(.completed)]
        case "error": return [.finish(.failed)]
        case "status":
            if let total = frame.totalEpochs { totalEpochs = total }
            guard let status = frame.status else { return [] }
            if status.isFinished { return [.checkStatus] }
            return announce(status, message: frame.message)
        default: return []
        }
    }

    private mutating func take(_ info: SessionStatusInfo) -> [Action] {
        let actions = info.status.isFinished ? [.finish(info.status)] : announce(info.status, message: nil)
        currentEpoch = info.currentEpoch
        totalEpochs = info.totalEpochs
        share = info.progress
        queuePosition = info.queuePosition
        timeLeft = info.secondsLeft.map { .seconds($0) }
        if !info.latestMetrics.isEmpty { metrics = info.latestMetrics }
        return actions
    }

    /// Says once that the status has changed to one that people wait in.
    private mutating func announce(_ new: Session.Status, message: String?) -> [Action] {
        status = new
        guard announcedStatus != new else { return [] }
        announcedStatus = new
        switch new {
        case .queued: return [.print("queued" + (message.map { ": " + DisplayText.safe($0) } ?? ""))]
        case .running: return [.print("running" + (message.map { ": " + DisplayText.safe($0) } ?? ""))]
        case .stopping where !stopWasRequested: return [.print("stopping")]
        default: return []
        }
    }

    /// Says that an alert was raised, or that one of those is over.
    private mutating func take(alert frame: FeedMessage) -> [Action] {
        guard let id = frame.alertID else { return [] }
        switch frame.alertStatus {
        case .active:
            let (rule, severity) = (frame.ruleName ?? id, frame.severity ?? "medium")
            alerts[id] = rule + (frame.metric.map { " (\($0))" } ?? "")
            let message = frame.message.map { ": " + $0 } ?? ""
            return [.alert(DisplayText.safe("alert (\(severity)): \(rule)\(message)"), severity: severity)]
        case .resolved:
            guard let alert = alerts.removeValue(forKey: id) else { return [] }
            let reason = frame.resolution.flatMap { Alert.Resolution(rawValue: $0) }.map(AlertPresentation.words)
            return [
                .alert(DisplayText.safe("alert over: \(alert)" + (reason.map { ", \($0)" } ?? "")), severity: nil)
            ]
        case .acknowledged, nil: return []
        }
    }

    private static func logLine(_ line: FeedMessage.Line, isLabelled: Bool) -> String {
        let label = isLabelled ? line.level.map { $0 + ": " } ?? "" : ""
        return DisplayText.safe(label + line.text)
    }
}
