import Dispatch
package import EventLog
import LMDB
import Synchronization
import Tracking

extension ReadModels {
    /// Folds everything that `log` has and gets into the documents, until the task is cancelled or the log is closed.
    ///
    /// Documents of another log, or ahead of this one, are built anew. When an event cannot be read or the disk refuses,
    /// `activity` says so and nothing is lost: the disk is tried again, the event stops the documents until `rebuild()`.
    package func follow(_ log: some EventStore) async {
        while !Task.isCancelled {
            do throws(ProjectionError) {
                try dropDamaged()
                try await prepare(for: log)
                waiters.setOpen(true)
                try await followWithoutFailure(log)
                break
            } catch {
                if case .log(let cause) = error, cause.code == .closed || cause.code == .cancelled { break }
                let store = state.withLock { state in
                    state.activity = .failed(error)
                    return state.store
                }
                waiters.setOpen(false)
                if case .storage(let cause) = error, cause.meansDamage { noteDamage(of: store) }
                var pause: Duration? = options.pauseAfterFailure
                if case .undecodable = error { pause = nil }
                await waitForRebuild(within: pause)
            }
        }
        waiters.setOpen(false)
        state.withLock { if case .failed = $0.activity {} else { $0.activity = .idle } }
    }

    private func followWithoutFailure(_ log: some EventStore) async throws(ProjectionError) {
        while !Task.isCancelled {
            try dropDamaged()
            if state.withLock({ $0.isRebuildWanted }) { try await buildAnew(from: log) }
            try await catchUp(with: log)
            switch await nextEvents(of: log, after: position) {
            case .closed: return
            case .rebuild: continue
            case .events: await waitForReader(within: options.pace)
            }
        }
    }

    /// Deletes the rows if they were found damaged, and begins others.
    private func dropDamaged() throws(ProjectionError) {
        guard state.withLock({ $0.isDamaged }) else { return }
        try replaceStore { () throws(ProjectionError) in
            try folder.removeAll()
            return try folder.openBuilding()
        }
        state.withLock { $0.isRebuildWanted = false }
    }

    /// Makes sure that the rows are of `log`: those of another one, or from a time after this one ends, are dropped.
    private func prepare(for log: some EventStore) async throws(ProjectionError) {
        let store = state.withLock { $0.store }
        let known: EventID?
        let position: LogPosition
        do throws(LMDBError) {
            known = try store.firstEvent()
            position = try store.position()
        } catch {
            throw .storage(error)
        }
        guard let known else { return }
        do throws(StorageError) {
            let first = try await log.events(after: .start, limit: 1).events.first
            guard first?.id != known || position > log.head else { return }
        } catch {
            throw .log(error)
        }
        try replaceStore { () throws(ProjectionError) in
            try folder.removeAll()
            return try folder.openBuilding()
        }
    }

    /// Applies everything up to the log's head. Rows that are complete for the first time get their own folder.
    private func catchUp(with log: some EventStore) async throws(ProjectionError) {
        let (store, isComplete) = state.withLock { ($0.store, $0.isComplete) }
        while position < log.head, !Task.isCancelled {
            let position = position
            if !isComplete { state.withLock { $0.activity = .building(position: position, head: log.head) } }
            do throws(ProjectionError) {
                waiters.advance(to: try await step(store, from: log, after: position))
            } catch {
                try notePosition(of: store)
                throw error
            }
        }
        guard position >= log.head else { return }
        if !isComplete {
            try folder.completeBuilding()
            state.withLock { $0.isComplete = true }
        }
        state.withLock { $0.activity = .following }
    }

    /// Builds rows from the log's beginning beside the present ones and puts them in their place.
    private func buildAnew(from log: some EventStore) async throws(ProjectionError) {
        let (present, isComplete) = state.withLock { state in
            state.isRebuildWanted = false
            return (state.store, state.isComplete)
        }
        guard isComplete else {
            return try replaceStore { () throws(ProjectionError) in
                try folder.removeBuilding()
                return try folder.openBuilding()
            }
        }
        try folder.removeBuilding()
        do throws(ProjectionError) {
            guard let fresh = try await built(beside: present, from: log) else { return }
            try folder.completeBuilding()
            try replaceStore { fresh }
            state.withLock { $0.isComplete = true }
        } catch {
            try folder.removeBuilding()
            throw error
        }
    }

    /// Rows built from the log's beginning to its head, while the present ones follow it too; nil when cancelled.
    private func built(
        beside present: ReadModelStore, from log: some EventStore
    ) async throws(ProjectionError) -> ReadModelStore? {
        let fresh = try folder.openBuilding()
        var reached = LogPosition.start
        while reached < max(log.head, position) {
            if Task.isCancelled { return nil }
            let head = max(log.head, position)
            state.withLock { $0.activity = .rebuilding(position: reached, head: head) }
            reached = try await step(fresh, from: log, after: reached)
            do throws(ProjectionError) {
                if position < log.head { waiters.advance(to: try await step(present, from: log, after: position)) }
            } catch {
                // The present rows stay as they are: they are about to be replaced.
                try notePosition(of: present)
                continue
            }
        }
        return fresh
    }

    /// Takes other rows as the present ones.
    private func replaceStore(
        _ make: () throws(ProjectionError) -> ReadModelStore
    ) throws(ProjectionError) {
        let store = try make()
        let position: LogPosition
        do throws(LMDBError) {
            position = try store.position()
        } catch {
            throw .storage(error)
        }
        state.withLock { state in
            state.store = store
            state.isComplete = false
            state.isDamaged = false
            // Whoever has waited for what the former rows held must not be answered from these.
            if position < waiters.position {
                state.activity = .building(position: position, head: waiters.position)
            }
        }
        waiters.advance(to: position)
    }

    /// Applies the next batch to `store` and returns the position that it then has.
    private func step(
        _ store: ReadModelStore, from log: some EventStore, after position: LogPosition
    ) async throws(ProjectionError) -> LogPosition {
        let limit = ReadLimit(count: options.batchCount, byteCount: options.batchByteCount)
        let batch: EventBatch
        do throws(StorageError) {
            batch = try await log.events(after: position, limit: limit, matching: .all)
        } catch {
            throw .log(error)
        }
        let result = await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(
                    returning: Result { () throws(ProjectionError) in try store.apply(batch.events) })
            }
        }
        return try result.get()
    }

    private enum Wake: Sendable {
        case events, rebuild, closed
    }

    private func nextEvents(of log: some EventStore, after position: LogPosition) async -> Wake {
        await withTaskGroup(of: Wake.self) { group in
            group.addTask {
                do throws(CancellationError) {
                    _ = try await log.waitForEvents(after: position)
                    return .events
                } catch {
                    return .closed
                }
            }
            group.addTask {
                await self.rebuildSignal.wait()
                return .rebuild
            }
            let first = await group.next() ?? .closed
            group.cancelAll()
            return first
        }
    }

    /// Returns once a reader waits, or after `pace`.
    private func waitForReader(within pace: Duration) async {
        waiters.readerSignal.lower()
        guard waiters.isEmpty, pace > .zero else { return }
        await wait(for: waiters.readerSignal, within: pace)
    }

    /// Returns once a rebuild is asked for, or after `pause`; with nil only once it is.
    private func waitForRebuild(within pause: Duration?) async {
        guard !state.withLock({ $0.isRebuildWanted }) else { return }
        await wait(for: rebuildSignal, within: pause)
    }

    private func wait(for signal: Signal, within duration: Duration?) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await signal.wait() }
            if let duration {
                group.addTask {
                    do { try await Task.sleep(for: duration) } catch { return }  // the signal came, or the end
                }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
