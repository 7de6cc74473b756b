package import Tracking

/// Carries out commands: folds the stream, lets the decider decide, appends what it decided.
///
/// Folded states are kept in a cache of bounded memory, from which those of ended streams go first. The first command on a
/// stream that is not in it reads that stream once, a thousand events at a time, which take about 1.4 ms. A cached state is
/// only a guess: what is appended is checked against the stream's version inside the write transaction, and a refusal or a
/// silence counts only when the version still holds.
package final class CommandHandler<D: Decider>: Sendable {
    /// The most times that a command is decided again when others change its stream meanwhile.
    package static var maximumRetries: Int { 5 }

    private let store: any EventStore
    private let states: FoldedStates<D>

    /// - Parameter cacheByteCount: About the most bytes that folded states take. The default holds some 6,000 sessions of
    ///   a few checkpoints each.
    package init(store: any EventStore, cacheByteCount: Int = 16 << 20) {
        self.store = store
        states = FoldedStates(byteCount: cacheByteCount)
    }

    /// Decides `command` and returns once its events are on disk.
    ///
    /// A command that was carried out before gets its first outcome again. Silence leaves no record, so a silent command
    /// that is repeated is decided anew.
    ///
    /// - Parameter isFirst: True when nothing is expected in the stream yet, which is then not read first.
    package func handle(
        _ command: D.Command, on stream: StreamID, as identity: CommandIdentity, isFirst: Bool = false
    ) async throws(CommandError<D.Refusal>) -> CommandOutcome<D> {
        if identity.mayBeRepeat, let outcome = try await earlierOutcome(of: identity, on: stream) { return outcome }
        var folded =
            isFirst ? FoldedState(version: .none, state: D.initialState) : try await fold(stream, atLeast: nil)
        for _ in 0...Self.maximumRetries {
            let events: [D.Event]
            do {
                events = try D.decide(command, given: folded.state)
            } catch {
                if let newer = try await newer(than: folded, stream) {
                    folded = newer
                    continue
                }
                throw .refused(error, stream)
            }
            if events.isEmpty {
                if let newer = try await newer(than: folded, stream) {
                    folded = newer
                    continue
                }
                return CommandOutcome(
                    state: folded.state, events: [], version: folded.version, last: store.head, recordedAt: nil,
                    isRepeat: false)
            }
            do {
                return try await append(events, to: stream, after: folded, as: identity)
            } catch {
                guard case .log(.conflict) = error else { throw error }
                folded = try await fold(stream, atLeast: folded.version)
            }
        }
        throw .contended
    }

    /// The folded state of `stream` as of its newest event.
    package func state(of stream: StreamID) async throws(StorageError) -> D.State {
        try await current(stream).state
    }

    /// A folded state of `stream` that may lag behind its newest events; costs nothing once it is cached.
    package func recentState(of stream: StreamID) async throws(StorageError) -> D.State {
        if let known = states[stream] { return known.state }
        return try await current(stream).state
    }

    private func append(
        _ events: [D.Event], to stream: StreamID, after folded: FoldedState<D.State>, as identity: CommandIdentity
    ) async throws(CommandError<D.Refusal>) -> CommandOutcome<D> {
        var encoded: [NewEvent] = []
        for event in events {
            do {
                encoded.append(try event.encoded(occurredAt: identity.occurredAt))
            } catch {
                throw .codec(error)
            }
        }
        let result: AppendResult
        do {
            result = try await store.append(
                AppendRequest(
                    stream: stream, events: encoded, expecting: .exactly(folded.version), commandID: identity.id,
                    commandDigest: identity.digest, actor: identity.actor))
        } catch {
            throw .log(error)
        }
        if result.isRepeat, let outcome = try await earlierOutcome(of: identity, on: stream) { return outcome }
        var next = folded
        for event in events { D.evolve(&next.state, with: event) }
        next.version = result.lastVersion
        states.keep(next, for: stream)
        return CommandOutcome(
            state: next.state, events: events, version: next.version, last: result.last,
            recordedAt: result.recordedAt, isRepeat: false)
    }

    /// The outcome of the command when it came first; nil when it has not come yet.
    private func earlierOutcome(
        of identity: CommandIdentity, on stream: StreamID
    ) async throws(CommandError<D.Refusal>) -> CommandOutcome<D>? {
        do {
            guard let receipt = try await store.command(identity.id, in: stream) else { return nil }
            guard receipt.digest == identity.digest else {
                throw CommandError<D.Refusal>.log(.commandReused(first: receipt.first))
            }
            let records = try await store.events(
                in: stream, after: receipt.firstVersion.previous,
                limit: ReadLimit(count: receipt.count, byteCount: AppendRequest.maximumByteCount))
            var events: [D.Event] = []
            for record in records { events.append(try D.Event(record)) }
            return CommandOutcome(
                state: try await current(stream).state, events: events,
                version: receipt.lastVersion, last: receipt.last, recordedAt: records.last?.recordedAt, isRepeat: true)
        } catch let error as CommandError<D.Refusal> {
            throw error
        } catch let error as StorageError {
            throw .storage(error)
        } catch let error as EventCodecError {
            throw .codec(error)
        } catch {
            preconditionFailure("nothing else is thrown above: \(error)")
        }
    }

    private func newer(
        than folded: FoldedState<D.State>, _ stream: StreamID
    ) async throws(CommandError<D.Refusal>) -> FoldedState<D.State>? {
        let now = try await fold(stream, atLeast: folded.version)
        return now.version > folded.version ? now : nil
    }

    private func fold(
        _ stream: StreamID, atLeast version: StreamVersion?
    ) async throws(CommandError<D.Refusal>) -> FoldedState<D.State> {
        if version == nil, let known = states[stream] { return known }
        do {
            return try await current(stream)
        } catch {
            throw .storage(error)
        }
    }

    private func current(_ stream: StreamID) async throws(StorageError) -> FoldedState<D.State> {
        var folded = states[stream] ?? FoldedState(version: .none, state: D.initialState)
        let version = try await store.version(of: stream)
        while folded.version < version {
            let records = try await store.events(in: stream, after: folded.version, limit: .standard)
            if records.isEmpty { break }
            for record in records {
                // Folding an event twice would be wrong in silence.
                guard record.version > folded.version else {
                    throw StorageError(
                        damaged: "The events of \(stream) do not follow one another: version \(record.version) came "
                            + "after \(folded.version).")
                }
                folded.version = record.version
                do {
                    D.evolve(&folded.state, with: try D.Event(record))
                } catch {
                    throw StorageError(
                        damaged: "The record at position \(record.position) cannot be decoded: \(error).")
                }
            }
        }
        if folded.version > .none { states.keep(folded, for: stream) }
        return folded
    }
}
