package import Application
package import Blobs
package import EventLog
package import JSON
import LMDB
import NIOCore
import Processes
import ReadModels
import SwiftProtobuf
package import TestSupport
package import Tracking

/// A tracker on stores in memory and a clock that the test moves; only the read models lie in a folder.
package struct TestTracker: Sendable {
    package let tracker: Tracker
    package let store: InMemoryEventStore
    package let blobs: InMemoryBlobStore
    package let clock: ManualClock
    package let disk: FreeSpace

    package var core: TrackerCore { tracker.core }

    /// Calls `body` with a tracker whose read models follow its log, and returns when they have stopped.
    ///
    /// - Parameters:
    ///   - commands: The programs that sessions may start.
    ///   - follows: Whether the read models follow the log at all.
    package static func run(
        settings: TrackerSettings = TrackerSettings(), commands: [String] = [], configurations: [String] = [],
        follows: Bool = true, _ body: @escaping @Sendable (TestTracker) async throws -> Void
    ) async throws {
        let folder = try TemporaryDirectory()
        let clock = ManualClock()
        var settings = settings
        // A busy machine is not what a test is about.
        settings.readWait = follows ? .seconds(60) : .milliseconds(50)
        let store = InMemoryEventStore(clock: { clock.now })
        let blobs = InMemoryBlobStore(clock: { clock.now })
        var options = ReadModelOptions()
        // Address space for a hundred trackers at a time.
        options.environment.mapByteCount = 1 << 30
        let readModels = try ReadModels(folder: folder.path, options: options)
        let disk = FreeSpace()
        let core = TrackerCore(
            store: store, readModels: readModels, blobs: blobs,
            leases: Leases(tokens: LeaseTokens(secret: Array(repeating: 7, count: 32)), elapsed: { clock.elapsed }),
            room: DiskRoom(folder: folder.path, probe: disk),
            commands: AllowedCommands(commands, searchPath: "/bin:/usr/bin"), settings: settings, now: { clock.now })
        let auditFolder = try TemporaryDirectory()
        let audit = try await Self.audit(core, in: auditFolder)
        let tracker = Tracker(core, configurations: ConfigurationRoots(configurations), audit: audit)
        try await withThrowingTaskGroup(of: Void.self) { group in
            if follows { group.addTask { await readModels.follow(store) } }
            // Whoever reads while they are built for the first time is told to come again.
            while follows, readModels.activity != .following { await Task.yield() }
            do {
                try await body(TestTracker(tracker: tracker, store: store, blobs: blobs, clock: clock, disk: disk))
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
        withExtendedLifetime((folder, auditFolder)) {}
    }
}

extension TestTracker {
    /// The audit of the tracker's log, whose key and tiles lie in `folder`.
    package static func audit(_ core: TrackerCore, in folder: TemporaryDirectory) async throws -> Audit {
        var options = TreeTiles.options
        options.mapByteCount = 1 << 28
        let projection = TileProjection(
            try TreeTiles(folder: folder.path + "/tree", options: options), of: core.store, readers: ReaderPool())
        let settings = TreeSigner.Settings(
            keyFile: LogKeyFile(path: folder.path + "/log-key"), headFile: LogHeadFile(path: folder.path + "/log-head"),
            origin: "example.org/log", sender: NoWitness(), status: core.auditStatus, now: core.now)
        return Audit(
            store: core.store, projection: projection,
            signer: try await TreeSigner(settings, store: core.store, projection: projection))
    }

    /// Nobody is asked.
    private struct NoWitness: WitnessSender {
        func post(_ body: [UInt8], to url: String) async throws -> (status: Int, type: String?, body: [UInt8]) {
            throw CancellationError()
        }
    }

    /// A command of its own; the same name is the same command.
    package static func command(_ name: String, meaning: String = "") -> CommandIdentity {
        guard let id = CommandID(name) else { preconditionFailure("\(name) is no command id") }
        return CommandIdentity(
            id: id, digest: Digest(hashing: Array((name + meaning).utf8)), actor: "test", mayBeRepeat: true)
    }

    /// A configuration of a trainer of `kind` that trains `epochs`.
    package static func configuration(
        _ kind: TrainerKind = .synthetic, epochs: Int = 3, maxRestarts: Int = 1
    ) -> JSONObject {
        var trainer: JSONObject = ["kind": .string(kind.rawValue)]
        if kind == .command { trainer["command"] = ["/bin/true"] }
        return [
            "trainer": .object(trainer), "max_restarts": .integer(Int64(maxRestarts)),
            "train": ["epochs": .integer(Int64(epochs)), "checkpoint_monitor": "val_loss", "checkpoint_mode": "min"],
        ]
    }

    /// Creates a session.
    package func create(
        _ name: String = "first", _ configuration: JSONObject = configuration(),
        _ change: (inout SessionDraft) -> Void = { _ in }
    ) async throws -> Session.ID {
        var draft = SessionDraft(.inline(configuration))
        draft.name = name
        change(&draft)
        let written = try await tracker.sessions.create(draft, as: Self.command("create " + name))
        guard let id = Session.ID(written.value.document.sessionID) else { throw MissingSession() }
        return id
    }

    /// The secret that only whoever claims under `name` knows.
    package static func secret(_ name: String = "claim") -> String { "the secret of \(name)" }

    /// Starts and claims the session, as a trainer of process `processID`.
    @discardableResult
    package func claim(
        _ session: Session.ID, _ name: String = "claim", processID: UInt32 = 0, seconds: UInt32 = 30
    ) async throws -> Attempts.Claim {
        if try await core.sessions.state(of: session.stream).lifecycle != .queued {
            _ = try await tracker.sessions.start(session, as: Self.command("start for " + name))
        }
        return try await tracker.attempts.claim(
            session,
            .with {
                $0.host = "node"
                $0.processID = processID
                $0.leaseSeconds = seconds
            }, secret: Self.secret(name), as: Self.command(name))
    }

    /// A session that trains: its id and the token of its attempt, which has started at epoch 1.
    package func running(
        _ name: String = "first", _ configuration: JSONObject = configuration(), processID: UInt32 = 0
    ) async throws -> (session: Session.ID, token: String) {
        let session = try await create(name, configuration)
        let token = try await claim(session, "claim " + name, processID: processID).token
        try await start(session, token, as: "begin " + name)
        return (session, token)
    }

    /// The attempt begins.
    @discardableResult
    package func start(
        _ session: Session.ID, _ token: String, epoch: UInt32 = 1, step: UInt64 = 1, checkpoint: String = "",
        facts: [Parameter] = [], as name: String = "begin"
    ) async throws -> Attempts.Receipt {
        let speaker = try await tracker.attempts.speaker(for: session, token: token)
        return try await tracker.attempts.start(
            speaker,
            .with {
                $0.firstEpoch = epoch
                $0.firstStep = step
                $0.checkpointID = checkpoint
            }, facts: facts, as: Self.command(name))
    }

    /// Completes an epoch of ten steps.
    @discardableResult
    package func complete(
        _ epoch: UInt32, of session: Session.ID, _ token: String, loss: Double = 0.5, as name: String? = nil
    ) async throws -> Attempts.Receipt {
        let speaker = try await tracker.attempts.speaker(for: session, token: token)
        return try await tracker.attempts.completeEpoch(
            speaker,
            .with {
                $0.attempt = speaker.attempt
                $0.epoch = epoch
                $0.step = UInt64(epoch) * 10
                $0.metrics = [
                    .with {
                        $0.name = "val_loss"
                        $0.value = loss
                    }
                ]
            }, as: Self.command(name ?? "epoch \(epoch) of attempt \(speaker.attempt)"))
    }

    /// Saves a checkpoint of the attempt whose token is given, or an upload.
    @discardableResult
    package func save(
        _ text: String, epoch: UInt32, of session: Session.ID, _ token: String?, loss: Double? = nil,
        as name: String? = nil
    ) async throws -> Written<Checkpoints.Saved> {
        var draft = Checkpoints.Draft(session: session, epoch: epoch, fileName: "weights.bin")
        draft.step = UInt64(epoch) * 10
        if let loss {
            draft.metrics = [
                .with {
                    $0.name = "val_loss"
                    $0.value = loss
                }
            ]
        }
        let stored = try await blobs.put(ByteBuffer(string: text))
        let identity = Self.command(name ?? "save \(text)", meaning: "\(session) \(epoch)")
        do {
            let saved = try await tracker.checkpoints.save(draft, stored, token: token) { identity }
            return saved
        } catch {
            await tracker.checkpoints.discard(stored)
            throw error
        }
    }

    /// Ends the attempt.
    @discardableResult
    package func finish(
        _ session: Session.ID, _ token: String,
        _ finish: SessionCommand.Finish = .completed(finalMetrics: [], earlyStopReason: ""), as name: String = "finish"
    ) async throws -> Attempts.Receipt {
        let speaker = try await tracker.attempts.speaker(for: session, token: token)
        return try await tracker.attempts.finish(speaker, finish, epoch: nil, as: Self.command(name))
    }

    /// The session as it is shown now.
    package func view(_ session: Session.ID) async throws -> SessionView {
        try await tracker.queries.session(session).value
    }

    /// How many events the command appended to the session's stream in its one append; nil when it appended none.
    package func eventCount(of command: String, in session: Session.ID) async throws -> Int? {
        try await store.command(Self.command(command).id, in: session.stream)?.count
    }

    /// The types of the session's events, without their prefix.
    package func events(of session: Session.ID) async throws -> [String] {
        try await store.allEvents(in: session.stream).map { String($0.type.dropFirst("session.".count)) }
    }

    private struct MissingSession: Error {}
}
