package import Blobs
package import EventLog
package import Processes
package import ReadModels
package import Tracking

/// Everything that can be asked of the tracker, each as a function with typed input and output.
///
/// It knows nothing of HTTP: the API, the reactors and whatever comes next change things only through it, and see what its
/// queries answer.
package struct Tracker: Sendable {
    package let sessions: Sessions
    package let attempts: Attempts
    package let telemetry: Telemetry
    package let checkpoints: Checkpoints
    package let artifacts: Artifacts
    package let imports: SessionImports
    package let redactions: Redactions
    package let webhooks: Webhooks
    package let alerts: Alerts
    package let notifications: Notifications
    package let models: Models
    package let retention: Retention
    package let queries: Queries
    package let storage: Storage
    package let audit: Audit
    /// The parts behind the use cases, for those who follow the log.
    package let core: TrackerCore

    package init(_ core: TrackerCore, configurations: ConfigurationRoots, audit: Audit) {
        self.core = core
        self.audit = audit
        queries = Queries(core)
        attempts = Attempts(core, queries: queries)
        sessions = Sessions(core, queries: queries, attempts: attempts, configurations: configurations)
        telemetry = Telemetry(core, attempts: attempts)
        checkpoints = Checkpoints(core, attempts: attempts)
        artifacts = Artifacts(core, attempts: attempts)
        imports = SessionImports(core, checkpoints: checkpoints, queries: queries)
        redactions = Redactions(core)
        webhooks = Webhooks(core, queries: queries)
        alerts = Alerts(core, queries: queries)
        notifications = Notifications(core, queries: queries)
        models = Models(core, queries: queries)
        retention = Retention(core, redactions: redactions, checkpoints: checkpoints, queries: queries)
        storage = Storage(core)
    }
}

/// The stores, the rules and the clocks that the use cases share.
package struct TrackerCore: Sendable {
    package let store: any EventStore
    package let readModels: ReadModels
    package let blobs: any BlobStore
    package let leases: Leases
    /// The room on the disk.
    package let room: DiskRoom
    /// The uploads that may go on at once.
    let uploadSlots: UploadSlots
    /// Blobs that were found damaged.
    package let damage: DamageList
    /// The programs that sessions of programs may start.
    package let commands: AllowedCommands
    /// The proof of being the server's own user; nil when nobody can give it.
    let owner: OwnerSecret?
    package let settings: TrackerSettings
    /// The time of day.
    package let now: @Sendable () -> Timestamp
    /// The rules of sessions.
    package let sessions: CommandHandler<SessionDecider>
    /// The rules of webhooks.
    package let webhooks: CommandHandler<WebhookDecider>
    /// The rules of alert rules, of alerts and of the marks on notifications.
    package let alertRules: CommandHandler<AlertRuleDecider>
    package let alerts: CommandHandler<AlertDecider>
    package let notifications: CommandHandler<NotificationDecider>
    /// The rules of models' aliases.
    package let models: CommandHandler<ModelDecider>
    /// The rules of retention rules.
    package let retentionRules: CommandHandler<RetentionRuleDecider>
    /// Keeps aliases and the deletion of checkpoints apart.
    let checkpointHolds = CheckpointHolds()
    /// How far the alert rules are evaluated.
    package let alertProgress = AlertProgress()
    /// What is known of the signing of the log's tree.
    package let auditStatus = AuditStatus()
    /// The state of the retention rules' work.
    package let retentionStatus = RetentionStatus()
    /// What sends to webhooks.
    package let webhookPost: WebhookPost

    package init(
        store: any EventStore, readModels: ReadModels, blobs: any BlobStore, leases: Leases,
        room: DiskRoom, uploadSlots: UploadSlots = UploadSlots(), commands: AllowedCommands,
        owner: OwnerSecret? = nil, settings: TrackerSettings, webhookPost: WebhookPost? = nil,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.readModels = readModels
        self.blobs = blobs
        self.leases = leases
        self.room = room
        self.uploadSlots = uploadSlots
        self.commands = commands
        self.owner = owner
        self.settings = settings
        self.now = now
        self.webhookPost =
            webhookPost
            ?? WebhookPost(NoSender(), signer: WebhookSigner(key: WebhookSigner.fresh()), now: now, server: { "" })
        damage = DamageList()
        sessions = CommandHandler(store: store)
        webhooks = CommandHandler(store: store)
        alertRules = CommandHandler(store: store, cacheByteCount: 1 << 20)
        alerts = CommandHandler(store: store, cacheByteCount: 1 << 20)
        notifications = CommandHandler(store: store, cacheByteCount: 1 << 16)
        models = CommandHandler(store: store, cacheByteCount: 1 << 20)
        retentionRules = CommandHandler(store: store, cacheByteCount: 1 << 16)
    }

    /// Carries out the command that names what was stored. Once its event is on disk, or may be, the blob is let go of;
    /// what is refused is still to be discarded.
    func record(
        _ command: SessionCommand, of stored: StoredBlob, in session: Session.ID, as identity: CommandIdentity
    ) async throws -> CommandOutcome<SessionDecider> {
        do {
            let outcome = try await sessions.handle(command, on: session.stream, as: identity)
            await blobs.release(stored.pin)
            return outcome
        } catch {
            if case .log(.outcomeUnknown) = error { await blobs.release(stored.pin) }
            throw error
        }
    }

    /// The session's folded state; it may lag behind what others append at this moment.
    ///
    /// - Throws: `unknown` when there is no such session.
    package func state(of session: Session.ID) async throws -> SessionState {
        let state = try await sessions.recentState(of: session.stream)
        guard state.status != nil, !state.isDeleted else { throw TrackerError.unknown(.session, session.text) }
        return state
    }
}

/// The settings of the use cases. A server's configuration gives all of them but `readWait`.
package struct TrackerSettings: Sendable {
    /// The time that a lease holds unless the claim says otherwise; rounded up to whole seconds.
    package var leaseDuration: Duration = .seconds(30)
    /// The time that a stop is waited for unless the request says otherwise.
    package var stopWait: Duration = .seconds(30)
    /// The time that an answer waits for the read models to show what it must show.
    package var readWait: Duration = .seconds(2)
    /// True when clients on other machines may create sessions of programs.
    package var allowsRemoteCommands = false

    package init() {}

    /// The seconds that a lease holds unless the claim says otherwise.
    var leaseSeconds: UInt32 {
        let (seconds, rest) = leaseDuration.components
        return UInt32(clamping: seconds + (rest > 0 ? 1 : 0))
    }
}

/// The result of a write, and the position of its last event.
package struct Written<Value: Sendable>: Sendable {
    package var value: Value
    package var position: LogPosition

    package init(_ value: Value, at position: LogPosition) {
        self.value = value
        self.position = position
    }
}
