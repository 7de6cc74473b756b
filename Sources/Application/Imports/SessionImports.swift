package import Blobs
package import EventLog
package import NIOCore
import ReadModels
import SwiftProtobuf
package import Tracking

/// Takes over sessions from other servers.
///
/// The bytes come first, as blobs: those of checkpoints and artifacts, and two with the events. Then the measurements are
/// appended, a piece at a time, to a stream that nobody sees while its session does not exist; then, in one append, everything
/// else with the record of the import, by which the session exists. An import that breaks off before that leaves nothing that
/// is shown, and goes on when it is asked for again: what stands in the stream already is compared and not appended twice.
package struct SessionImports: Sendable {
    private let core: TrackerCore
    private let checkpoints: Checkpoints
    private let queries: Queries

    /// The most bytes of a session's lifecycle: they go into one append.
    private static let maximumHistoryByteCount = Int64(AppendRequest.maximumByteCount)
    private static let maximumHistoryCount = AppendRequest.maximumEventCount - 2
    /// The most blobs that an answer names.
    private static let maximumMissingCount = 1000
    /// The bounds of one append of measurements.
    private static let batchCount = 1000
    private static let batchByteCount = 4 << 20
    /// The time after which a request has appended enough, so that whoever asks is answered while it waits.
    private static let longestStep = Duration.seconds(20)

    init(_ core: TrackerCore, checkpoints: Checkpoints, queries: Queries) {
        self.core = core
        self.checkpoints = checkpoints
        self.queries = queries
    }

    /// Stores a blob of an archive under its address. Nothing names it yet: it stays for the grace period of the sweep.
    ///
    /// - Parameter parent: The blob that it is most like, such as the checkpoint before it.
    /// - Throws: `invalid` when the bytes are others, and what `Checkpoints.store` throws.
    package func store(
        _ bytes: some AsyncSequence<ByteBuffer, any Error>, from source: UploadSource, as digest: Digest,
        like parent: Digest?
    ) async throws -> StoredBlob {
        let stored = try await checkpoints.store(bytes, from: source, like: parent)
        guard stored.digest == digest else {
            await core.blobs.discard(stored.pin)
            throw TrackerError.invalid(
                field: "digest", reason: "is \(digest), but the bytes that came have \(stored.digest); send them again")
        }
        await core.blobs.release(stored.pin)
        return stored
    }

    /// Takes the session over as far as it can be now.
    ///
    /// - Throws: `importDiffers` when the session is here with other content, `importDeleted` when it was and is deleted,
    ///   `invalid` for events that no server of this kind records.
    package func take(_ draft: ImportDraft, as identity: CommandIdentity) async throws -> ImportOutcome {
        // Its events are read, hashed and compared on the threads of long answers, which give way to all others.
        let work = try core.readModels.longReads.begin()
        return try await work.run { try await carryOut(draft, as: identity) }
    }

    private func carryOut(_ draft: ImportDraft, as identity: CommandIdentity) async throws -> ImportOutcome {
        if let known = try await known(draft, identity) { return known }
        var pins: [BlobPin] = []
        do {
            let outcome = try await take(draft, as: identity, pinning: &pins)
            await release(pins)
            return outcome
        } catch {
            await release(pins)
            throw error
        }
    }

    private func release(_ pins: [BlobPin]) async {
        for pin in pins { await core.blobs.release(pin) }
    }

    /// What to say of a session that is here; nil when there is none.
    private func known(_ draft: ImportDraft, _ identity: CommandIdentity) async throws -> ImportOutcome? {
        let session = draft.session
        guard try await core.store.version(of: session.stream) > .none else { return nil }
        if identity.mayBeRepeat, let receipt = try await core.store.command(identity.id, in: session.stream) {
            guard receipt.digest == identity.digest else { throw AppendError.commandReused(first: receipt.first) }
            return .imported(try await written(session, at: receipt.last))
        }
        guard !(try await core.sessions.state(of: session.stream)).isDeleted else {
            throw TrackerError.importDeleted(session)
        }
        let own = StreamContent.digest(
            session: try await content(of: session.stream), telemetry: try await content(of: session.telemetry))
        guard own == draft.contentDigest else {
            throw TrackerError.importDiffers(session, here: own, archived: draft.contentDigest)
        }
        return .present(try await queries.session(session, .current))
    }

    private func content(of stream: StreamID) async throws -> StreamContent {
        var content = StreamContent()
        var version = StreamVersion.none
        while true {
            let records = try await core.store.events(in: stream, after: version, limit: .standard)
            guard let last = records.last else { return content }
            for record in records { content.add(EventRecord(of: record)) }
            version = last.version
        }
    }

    private func take(
        _ draft: ImportDraft, as identity: CommandIdentity, pinning pins: inout [BlobPin]
    ) async throws -> ImportOutcome {
        var missing = try await pin([draft.sessionEvents, draft.telemetryEvents], &pins)
        guard missing.isEmpty else { return .missing(missing) }
        let history = try await history(draft)
        missing = try await pin(history.files.all.map(\.digest), &pins)
        guard missing.isEmpty else { return .missing(missing) }
        try await checkContent(draft, history)
        try await checkOwners(of: history)
        guard case (let count, false) = try await appendTelemetry(draft, as: identity) else {
            let result = try await core.store.append(
                AppendRequest(
                    stream: draft.session.stream, events: history.events + (try history.closing(draft)),
                    expecting: .noStream, commandID: identity.id, commandDigest: identity.digest,
                    actor: identity.actor))
            return .imported(try await written(draft.session, at: result.last))
        }
        return .appending(count: count)
    }

    /// The session once the read models show it, however long its measurements take them.
    private func written(_ session: Session.ID, at position: LogPosition) async throws -> Written<SessionView> {
        _ = try await core.readWithoutLimit { $0.position }
        return Written(try await queries.session(session, .after(position)).value, at: position)
    }

    /// Pins those of `digests` that are here until the import has ended; returns the first of those that are not.
    private func pin(_ digests: [Digest], _ pins: inout [BlobPin]) async throws -> [Digest] {
        var missing: [Digest] = []
        var seen: Set<Digest> = []
        for digest in digests where seen.insert(digest).inserted {
            if let pin = try await core.blobs.renew(digest) {
                pins.append(pin)
            } else {
                missing.append(digest)
                if missing.count == Self.maximumMissingCount { break }
            }
        }
        return missing
    }

    private func history(_ draft: ImportDraft) async throws -> ImportedHistory {
        let byteCount = try await core.blobs.open(draft.sessionEvents).byteCount
        guard byteCount <= Self.maximumHistoryByteCount else {
            throw TrackerError.invalid(
                field: "session_events",
                reason: "has \(byteCount) bytes; at most \(Self.maximumHistoryByteCount) can be taken over at once")
        }
        var history = ImportedHistory(of: draft.session)
        try await forEachRecord(of: draft.sessionEvents, "session_events") { record in
            guard history.events.count < Self.maximumHistoryCount else {
                throw TrackerError.invalid(
                    field: "session_events",
                    reason: "has more than \(Self.maximumHistoryCount) events, the most that can be taken over at once")
            }
            try history.add(record)
            return true
        }
        guard !history.events.isEmpty else {
            throw TrackerError.invalid(field: "session_events", reason: "is empty")
        }
        return history
    }

    /// Compares all events with the digest that the archive promises, before one is appended.
    private func checkContent(_ draft: ImportDraft, _ history: ImportedHistory) async throws {
        var telemetry = ImportedTelemetry(of: draft.session)
        try await forEachRecord(of: draft.telemetryEvents, "telemetry_events") { record in
            _ = try telemetry.next(record)
            return true
        }
        let digest = StreamContent.digest(session: history.content, telemetry: telemetry.content)
        guard digest == draft.contentDigest else {
            throw TrackerError.invalid(
                field: "content_digest", reason: "is \(draft.contentDigest), but the events that came have \(digest)")
        }
    }

    /// Makes sure that no checkpoint of another session has the id of one that is taken over.
    private func checkOwners(of history: ImportedHistory) async throws {
        let (session, checkpoints) = (history.session, history.checkpoints)
        let other = try await core.read(after: core.store.head) { snapshot in
            for id in checkpoints {
                if let owner = try snapshot.checkpoint(id)?.document.sessionID, owner != session.text {
                    return (id, owner) as (Checkpoint.ID, String)?
                }
            }
            return nil
        }
        if let (id, owner) = other {
            throw TrackerError.invalid(
                field: "session_events", reason: "name \(id), which is a checkpoint of \(owner) here")
        }
    }

    /// Appends the measurements that are not in the stream yet.
    ///
    /// - Returns: The number of those that are then there, and whether that is all.
    private func appendTelemetry(
        _ draft: ImportDraft, as identity: CommandIdentity
    ) async throws -> (count: UInt64, isComplete: Bool) {
        let stream = draft.session.telemetry
        let start = core.leases.elapsed()
        let present = try await core.store.version(of: stream)
        var telemetry = ImportedTelemetry(of: draft.session)
        var earlier = StreamWalk(stream, in: core.store)
        var version = StreamVersion.none
        var batch: [NewEvent] = []
        var byteCount = 0
        var isComplete = true
        func append() async throws {
            guard !batch.isEmpty else { return }
            let command = identity.id.derived("telemetry/\(version)")
            let result = try await core.store.append(
                AppendRequest(
                    stream: stream, events: batch, expecting: .exactly(version), commandID: command,
                    commandDigest: draft.contentDigest, actor: identity.actor))
            version = result.lastVersion
            (batch, byteCount) = ([], 0)
        }
        try await forEachRecord(of: draft.telemetryEvents, "telemetry_events") { record in
            let event = try telemetry.next(record)
            if version < present {
                guard try await earlier.next()?.content == record.content else {
                    throw TrackerError.importBegun(draft.session)
                }
                version = version.advanced(by: 1)
                return true
            }
            batch.append(event)
            byteCount += event.payload.count
            guard batch.count == Self.batchCount || byteCount >= Self.batchByteCount else { return true }
            try await append()
            isComplete = core.leases.elapsed() - start < Self.longestStep
            return isComplete
        }
        guard version >= present else { throw TrackerError.importBegun(draft.session) }
        try await append()
        return (version.rawValue, isComplete)
    }

    /// Calls `body` with the records in a blob, until it returns false.
    private func forEachRecord(
        of digest: Digest, _ field: String, _ body: (EventRecord) async throws -> Bool
    ) async throws {
        var records = DelimitedRecords()
        for try await buffer in try await core.blobs.open(digest).bytes() {
            records.add(buffer.readableBytesView)
            do {
                while let record = try records.next() {
                    guard try await body(record) else { return }
                }
            } catch is DelimitedRecords.Malformed {
                throw TrackerError.invalid(field: field, reason: "is no sequence of event records")
            }
        }
        guard records.isComplete else { throw TrackerError.invalid(field: field, reason: "ends within a record") }
    }
}

/// The records of a stream one after the other.
private struct StreamWalk {
    private let stream: StreamID
    private let store: any EventStore
    private var version = StreamVersion.none
    private var batch: ArraySlice<RecordedEvent> = []

    init(_ stream: StreamID, in store: any EventStore) {
        self.stream = stream
        self.store = store
    }

    /// The next record; nil at the end.
    mutating func next() async throws(StorageError) -> EventRecord? {
        if batch.isEmpty {
            batch = try await store.events(in: stream, after: version, limit: .standard)[...]
            version = batch.last?.version ?? version
        }
        return batch.popFirst().map { EventRecord(of: $0) }
    }
}
