package import Application
package import EventLog
import Synchronization
package import Tracking

/// Reads the log once for all feeds: keeps its last events with their frames, and wakes the feeds they are for.
///
/// It follows the log only while there are feeds. A feed that is further behind than what is kept reads the log itself.
package final class FeedHub: Sendable {
    /// The reason that a wait ended.
    enum Wake {
        case grown, quiet, cancelled
        case failed(any Error)
    }

    /// A feed that has told everything. With a sink it goes on to wait while it is told what others are told too.
    struct Waiter {
        let scope: FeedScope
        var state: FeedState
        let sink: FeedSink?
        let patience: Duration
        /// On the hub's own time.
        var deadline: Duration
        let continuation: CheckedContinuation<(Wake, FeedState), Never>

        func resume(_ wake: Wake) { continuation.resume(returning: (wake, state)) }
    }

    struct Progress {
        var number: UInt64
        var frame: FeedFrame
    }

    struct State {
        var feedCount = 0
        /// Counts the times that following began, so that a task of an earlier time changes nothing.
        var generation = 0
        var tasks: [Task<Void, Never>] = []
        var ring: FeedRing?
        /// The reason that the log cannot be followed any more: feeds then end with it.
        var failure: (any Error)?
        /// Time since following began, counted in ticks.
        var elapsed = Duration.zero
        var lastWaiter: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]
        var waiting: [FeedScope: Set<UInt64>] = [:]
        var progress: [Session.ID: Progress] = [:]
        var lastProgress: UInt64 = 0
    }

    /// The most events that a feed gets at a time: each holds its batch until its client takes it.
    private static let batchCount = 64
    /// The most that is read of the log at a time.
    private static let limit = ReadLimit(count: 256, byteCount: 1 << 20)

    let store: any EventStore
    let sessions: CommandHandler<SessionDecider>
    private let settings: LiveFeedSettings
    let state = Mutex(State())

    /// - Parameter progressBoard: What trainers report within an epoch; feeds tell it as `metrics`.
    package init(
        store: any EventStore, sessions: CommandHandler<SessionDecider>? = nil, progressBoard: ProgressBoard? = nil,
        settings: LiveFeedSettings = LiveFeedSettings()
    ) {
        self.store = store
        self.sessions = sessions ?? CommandHandler(store: store)
        self.settings = settings
        progressBoard?.setObserver { [weak self] session, entry in self?.progressed(session, entry) }
    }

    // MARK: - Feeds

    /// The number of open feeds.
    package var feedCount: Int { state.withLock { $0.feedCount } }

    /// Runs a feed while it is counted and the log is followed for it.
    package func serve(_ feed: () async throws -> Void) async rethrows {
        open()
        defer { close() }
        try await feed()
    }

    private func open() {
        state.withLock { state in
            state.feedCount += 1
            guard state.feedCount == 1 else { return }
            state.generation += 1
            state.failure = nil
            let (generation, head) = (state.generation, store.head)
            state.ring = FeedRing(after: head)
            state.tasks = [
                Task { await self.follow(after: head, generation) }, Task { await self.tick(generation) },
            ]
        }
    }

    private func close() {
        let tasks: [Task<Void, Never>] = state.withLock { state in
            state.feedCount -= 1
            guard state.feedCount == 0 else { return [] }
            defer { state.tasks = [] }
            state.ring = nil
            state.progress = [:]
            return state.tasks
        }
        for task in tasks { task.cancel() }
    }

    // MARK: - Reading

    /// The events of `scope` after `position` that `filter` wants, and up to where they go.
    func events(
        after position: LogPosition, of scope: FeedScope, matching filter: EventFilter
    ) async throws -> (events: [FeedEvent], through: LogPosition) {
        let kept = state.withLock { $0.ring?.events(after: position, of: scope, limit: Self.batchCount) }
        if let kept { return kept }
        let batch = try await store.events(after: position, limit: Self.limit, matching: filter)
        return (try await events(batch.events), batch.through)
    }

    private func events(_ records: [RecordedEvent]) async throws -> [FeedEvent] {
        var events: [FeedEvent] = []
        events.reserveCapacity(records.count)
        for record in records {
            var outlook: SessionOutlook?
            if record.isEnding, let session = Session.ID(record.stream.identity) {
                outlook = try await SessionOutlook.current(of: session, in: store, sessions)
                if outlook?.ending != record.position { outlook = nil }
            }
            events.append(FeedEvent(record, outlook: outlook))
        }
        return events
    }

    /// Frames of what was reported within epochs of `scope` after the report `number`, for whoever has read the log up
    /// to `position`; and the number to go on from.
    func progress(
        of scope: FeedScope, after number: UInt64, at position: LogPosition
    ) -> (frames: [FeedFrame], number: UInt64) {
        state.withLock { state in
            guard state.lastProgress > number else { return ([], number) }
            let new: [Progress] =
                switch scope {
                case .session(let id): state.progress[id].map { [$0] } ?? []
                case .everything: state.progress.values.sorted { $0.number < $1.number }
                }
            let frames = new.filter { $0.number > number }.map { progress in
                var frame = progress.frame
                frame.cursor = FeedCursor(position)
                return frame
            }
            return (frames, state.lastProgress)
        }
    }

    /// Waits until there may be something to read for a feed of `scope` that has told everything, or heard the report `number`;
    /// false when that took `patience`. Returns the feed as it is then: with a `sink`, it may have been told more meanwhile.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, and why the log cannot be followed any more.
    func wait(
        for scope: FeedScope, _ feed: FeedState, after position: LogPosition, progress number: UInt64,
        patience: Duration, sink: FeedSink?
    ) async throws -> (hasGrown: Bool, FeedState) {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let (wake, feed) = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let wake: Wake? = state.withLock { state in
                    if Task.isCancelled { return .cancelled }
                    if let failure = state.failure { return .failed(failure) }
                    if state.hasNews(of: scope, after: position, progress: number) { return .grown }
                    // What only looks does not wait for the hub to have read what is in the log.
                    if patience <= .zero || state.ring == nil { return store.head > position ? .grown : .quiet }
                    state.waiters[id] = Waiter(
                        scope: scope, state: feed, sink: sink, patience: patience,
                        deadline: state.elapsed + patience, continuation: continuation)
                    state.waiting[scope, default: []].insert(id)
                    return nil
                }
                if let wake { continuation.resume(returning: (wake, feed)) }
            }
        } onCancel: {
            state.withLock { $0.remove(id) }?.resume(.cancelled)
        }
        switch wake {
        case .grown: return (true, feed)
        case .quiet: return (false, feed)
        case .cancelled: throw CancellationError()
        case .failed(let error): throw error
        }
    }

    // MARK: - Following

    private func follow(after position: LogPosition, _ generation: Int) async {
        var position = position
        while !Task.isCancelled {
            do {
                let batch = try await store.nextEvents(
                    after: position, limit: Self.limit,
                    matching: .categories([.session, .telemetry, .alert, .webhook]))
                let events = try await events(batch.events.filter(FeedEncoder.mayTell))
                position = batch.through
                await tell(events, through: position, generation)
                // Events that come meanwhile are told together, in one write to each client. A sleep that is cancelled ends
                // the loop.
                let pace = settings.pace(ofFeeds: feedCount)
                if pace > .zero { try? await settings.clock.sleep(for: pace) }
            } catch {
                if (error as? StorageError)?.code == .busy {
                    // Too many read at this moment. A sleep that is cancelled ends the loop.
                    try? await settings.clock.sleep(for: settings.tick)
                    continue
                }
                return wake(.failed(error)) { state in
                    guard state.generation == generation else { return [] }
                    state.failure = error
                    return Array(state.waiting.keys)
                }
            }
        }
    }

    private func progressed(_ session: Session.ID, _ entry: ProgressBoard.Entry) {
        let head = store.head
        wake(.grown) { state in
            guard state.feedCount > 0 else { return [] }
            state.lastProgress = max(state.lastProgress, entry.number)
            state.progress[session] = Progress(
                number: entry.number, frame: FeedEncoder.progress(entry.progress, of: session, head: head))
            return [.session(session), .everything]
        }
    }

    /// Ends the waits that took too long.
    private func tick(_ generation: Int) async {
        while !Task.isCancelled {
            do {
                try await settings.clock.sleep(for: settings.tick)
            } catch {
                return
            }
            let late: [Waiter] = state.withLock { state in
                guard state.generation == generation else { return [] }
                state.elapsed += settings.tick
                return state.waiters.filter { $0.value.deadline <= state.elapsed }.keys.compactMap { state.remove($0) }
            }
            for waiter in late { waiter.resume(.quiet) }
        }
    }

    /// Changes the state and wakes those who wait for the scopes that `change` returns.
    private func wake(_ wake: Wake, _ change: (inout State) -> [FeedScope]) {
        let woken: [Waiter] = state.withLock { state in
            change(&state).flatMap { scope in (state.waiting[scope] ?? []).compactMap { state.remove($0) } }
        }
        for waiter in woken { waiter.resume(wake) }
    }
}

extension FeedHub.State {
    /// True when a feed of `scope` that has read up to `position` and heard the report `number` has something to read.
    func hasNews(of scope: FeedScope, after position: LogPosition, progress number: UInt64) -> Bool {
        if ring?.mayHold(after: position, of: scope) ?? false { return true }
        guard lastProgress > number else { return false }
        switch scope {
        case .session(let id): return progress[id].map { $0.number > number } ?? false
        case .everything: return progress.values.contains { $0.number > number }
        }
    }

    mutating func remove(_ id: UInt64) -> FeedHub.Waiter? {
        guard let waiter = waiters.removeValue(forKey: id) else { return nil }
        waiting[waiter.scope]?.remove(id)
        if waiting[waiter.scope]?.isEmpty ?? false { waiting[waiter.scope] = nil }
        return waiter
    }
}
