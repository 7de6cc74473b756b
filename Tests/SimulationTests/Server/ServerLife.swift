import Application
import Blobs
import EventLog
import LMDB
import Logging
import Processes
import Reactors
import ReadModels
import StoreTesting
import Synchronization
import TestSupport
import TrackerTesting
import Tracking

/// A server from its start until it is killed: its stores, its use cases and its reactors.
final class ServerLife: Sendable {
    /// Address space for many lives in one process.
    private static let mapByteCount = 256 << 20

    let store: SimulatedStore
    let readModels: ReadModels
    let blobs: FileBlobStore
    let tracker: Tracker
    let sweeper: BlobSweeper
    private let directory: DataDirectory
    private let world: World
    private let reactors: [any Reactor]
    private let auditFolder: TemporaryDirectory
    private let over = Atomic<Bool>(false)

    var core: TrackerCore { tracker.core }
    /// True until it was killed.
    var isAlive: Bool { store.isAlive }
    /// True once nothing of it goes on any more.
    var isOver: Bool { over.load(ordering: .relaxed) }

    /// Starts on what the machine's disks hold. The read models show all of the log when it returns.
    init(_ world: World, _ outside: Outside) throws {
        let (loop, chance, machine) = (world.loop, world.chance, world.machine)
        self.world = world
        directory = try DataDirectory(path: machine.folder, address: "a simulation")
        var options = Self.logOptions(world)
        options.bounds.groupCount = chance.number(1...6)
        options.bounds.indexCount = chance.number(1...40)
        options.bounds.unflushedCount = chance.number(1...60)
        let log = try LMDBEventStore(in: directory, options: options)
        let store = SimulatedStore(
            log, ledger: world.ledger, chance: chance, machine: machine, planted: world.bug)
        self.store = store
        readModels = try ReadModels(folder: directory.readModelsFolder, options: Self.readModelOptions)
        blobs = try FileBlobStore(root: "blobs", fileSystem: machine.disk, clock: { loop.now }, threadCount: 2)
        let sender = SimulatedSender(
            receiver: outside.receiver, loop: loop, chance: chance, bug: world.bug, isAlive: { store.isAlive })
        let post = WebhookPost(
            sender, signer: WebhookSigner(key: Array(repeating: 5, count: 32)), now: { loop.now },
            server: { "http://pivot.example" })
        var settings = TrackerSettings()
        settings.leaseDuration = .seconds(Int64(Outside.leaseSeconds))
        let isFast = world.bug == .livingLost
        let core = TrackerCore(
            store: store, readModels: readModels,
            blobs: SimulatedBlobs(blobs, loop: loop, planted: world.bug),
            leases: Leases(
                tokens: LeaseTokens(secret: Array(repeating: 7, count: 32)),
                elapsed: { isFast ? loop.elapsed * 1.1 : loop.elapsed }),
            room: DiskRoom(folder: machine.folder, probe: world.space),
            commands: AllowedCommands([], searchPath: "/bin"), settings: settings, webhookPost: post,
            now: { loop.now })
        let folder = try TemporaryDirectory(isInMemory: true)
        auditFolder = folder
        let audit = try loop.finish { () async -> Result<Audit, any Error> in
            do { return .success(try await TestTracker.audit(core, in: folder)) } catch { return .failure(error) }
        }.get()
        tracker = Tracker(core, configurations: ConfigurationRoots([]), audit: audit)
        sweeper = BlobSweeper(core, logger: Self.silence, documentCount: 2)
        var timing = DeliveryTiming()
        timing.sleep = { try await loop.sleep(for: $0) }
        timing.chance = { 0.8 + Double(chance.below(401)) / 1000 }
        reactors = [
            LeaseWatch(core, tick: .milliseconds(800)),
            Launcher(core, processes: ScriptedTrainers(outside: outside), slots: 2, logger: Self.silence),
            WebhookDeliveries(
                core, webhooks: tracker.webhooks, executor: loop, timing: timing, logger: Self.silence),
        ]
        try showNew()
    }

    /// The options of the log, on the world's clock and disk.
    private static func logOptions(_ world: World) -> EventLogOptions {
        let (loop, machine) = (world.loop, world.machine)
        var options = EventLogOptions()
        options.isStepped = true
        options.readers = ReaderPool(threadCount: 0)
        options.environment.mapByteCount = mapByteCount
        options.clock = { loop.now }
        options.probe = world.space
        options.reach = { machine.reach($0) }
        options.bounds.journalByteCount = 64 << 10
        options.bounds.journalEntryByteCount = 16 << 10
        return options
    }

    /// The options of read models that are read where that is asked for.
    static var readModelOptions: ReadModelOptions {
        var options = ReadModelOptions()
        options.environment.mapByteCount = mapByteCount
        options.readers = ReaderPool(threadCount: 0)
        options.longReaders = options.readers
        return options
    }

    private static var silence: Logger {
        var logger = Logger(label: "simulation")
        logger.logLevel = .critical
        return logger
    }

    /// Runs the reactors until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for reactor in reactors {
                group.addTask { await ReactorStrand(reactor: reactor, store: self.store, world: self.world).run() }
            }
        }
        over.store(true, ordering: .relaxed)
    }

    /// Brings what waits to disk and shows it.
    func step() throws {
        try store.step()
        if store.isAlive { try showNew() }
    }

    /// Folds what is new into the read models.
    private func showNew() throws {
        let (log, readModels) = (store.log, readModels)
        guard readModels.position < log.head else { return store.show(readModels.position) }
        try world.loop.finish { () async -> Result<Void, any Error> in
            do {
                while readModels.position < log.head {
                    try readModels.apply(try await log.events(after: readModels.position).events)
                }
                return .success(())
            } catch {
                return .failure(error)
            }
        }.get()
        store.show(readModels.position)
    }

    /// Answers everybody who waits for the log, after it was killed, and closes it.
    func close() {
        let store = store
        world.loop.finish { await store.close() }
    }

    /// Lets go of the data directory, once it is over.
    func unlock() { directory.unlock() }
}
