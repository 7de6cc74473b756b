package import Blobs
package import EventLog
package import NIOCore
import ReadModels
import SwiftProtobuf
package import Tracking
import TrainingConfiguration

/// Save, open and delete model states.
package struct Checkpoints: Sendable {
    private let core: TrackerCore
    private let attempts: Attempts

    init(_ core: TrackerCore, attempts: Attempts) {
        self.core = core
        self.attempts = attempts
    }

    /// The description of a checkpoint beside its bytes.
    package struct Draft: Sendable {
        package var session: Session.ID
        package var epoch: UInt32
        package var step: UInt64?
        /// The attempt that it says it is of.
        package var attempt: UInt32?
        package var metrics: [Metric] = []
        package var marks: [CheckpointMark] = []
        package var fileName: String

        package init(session: Session.ID, epoch: UInt32, fileName: String) {
            self.session = session
            self.epoch = epoch
            self.fileName = fileName
        }

        /// The same bytes for the same checkpoint, for the identity of the command. How the store keeps it is no part of
        /// them: that is another matter when it is sent again.
        package func canonicalBytes(of stored: StoredBlob, isLeased: Bool) throws -> [UInt8] {
            var saved = event(of: stored, attempt: isLeased ? attempt ?? 0 : 0)
            saved.storedByteCount = 0
            saved.clearAddedByteCount()
            return try SessionEvent.checkpointSaved(saved).encoded().payload
        }

        func event(of stored: StoredBlob, attempt: UInt32) -> CheckpointSaved {
            .with {
                $0.attempt = attempt
                $0.epoch = epoch
                $0.step = step ?? 0
                $0.digest = stored.digest.description
                $0.byteCount = UInt64(stored.byteCount)
                $0.storedByteCount = UInt64(stored.storedByteCount)
                $0.addedByteCount = UInt64(stored.addedByteCount)
                $0.fileName = fileName
                $0.metrics = metrics
                $0.marks = marks
            }
        }
    }

    /// A saved checkpoint and whether its trainer is to stop; nil for uploads.
    package struct Saved: Sendable {
        package var entry: CheckpointEntry
        package var stopRequested: Bool?
    }

    /// Asks whether a checkpoint of `session` may be stored, before its bytes are read.
    package func admit(_ session: Session.ID, token: String?) async throws {
        _ = try await attempts.admitFile(of: session, token: token)
    }

    /// Makes sure that the disk has room for an upload of `byteCount` bytes, before any is read.
    ///
    /// - Throws: `noRoom`.
    package func checkRoom(for byteCount: Int?) throws { try core.room.check(byteCount: byteCount ?? 0) }

    /// Stores bytes as they come, as long as the disk has room. Whoever stores them saves or discards them.
    ///
    /// - Parameter session: The session whose next checkpoint they are: what differs little from its last one is stored as the
    ///   difference. Nil for other bytes.
    /// - Throws: `noRoom` and `tooManyUploads` before any is read; `BlobError`, which wraps a later `noRoom`.
    package func store(
        _ bytes: some AsyncSequence<ByteBuffer, any Error>, from source: UploadSource,
        asCheckpointOf session: Session.ID? = nil
    ) async throws -> StoredBlob {
        var parent: Digest?
        if let session { parent = Digest(try await core.sessions.recentState(of: session.stream).lastCheckpointDigest) }
        return try await store(bytes, from: source, like: parent)
    }

    /// Stores bytes as they come, as the difference from `parent` where they differ little from that blob.
    func store(
        _ bytes: some AsyncSequence<ByteBuffer, any Error>, from source: UploadSource, like parent: Digest?
    ) async throws -> StoredBlob {
        let slot = try core.uploadSlots.take(source.isLeased ? .leased : .other, for: source.client)
        let claim = try core.room.claim(byteCount: source.byteCount)
        defer { withExtendedLifetime((slot, claim)) {} }
        let stored = try await core.blobs.put(
            contentsOf: MeteredBytes(base: bytes, claim: claim), hint: .unknown, parent: parent)
        core.damage.remove(stored.digest)
        return stored
    }

    /// Takes away what was stored and not saved; nothing happens to what was.
    package func discard(_ stored: StoredBlob) async { await core.blobs.discard(stored.pin) }

    /// Saves what was stored as a checkpoint: of the attempt whose token is shown, or an upload without one.
    ///
    /// - Parameter identify: Makes the command's identity.
    package func save(
        _ draft: Draft, _ stored: StoredBlob, token: String?, as identify: () throws -> CommandIdentity
    ) async throws -> Written<Saved> {
        var speaker: Attempts.Speaker?
        if token != nil {
            let known = try await attempts.speaker(for: draft.session, token: token, claimed: draft.attempt)
            guard draft.step != nil else {
                throw TrackerError.invalid(field: "step", reason: "is required with a lease")
            }
            speaker = known
        } else if !draft.marks.isEmpty {
            throw TrackerError.invalid(field: "marks", reason: "can only be set by the trainer that holds the lease")
        }
        var saved = draft.event(of: stored, attempt: speaker?.attempt ?? 0)
        if let speaker {
            saved.architecture = try await architecture(of: speaker)
            saved.format = speaker.state.trainerKind?.checkpointFormat ?? .opaque
        }
        let identity = try identify()
        let id = Checkpoint.ID(createdBy: identity.id, in: draft.session)
        saved.checkpointID = id.text
        let outcome = try await core.record(
            .saveCheckpoint(saved, speaker?.holder), of: stored, in: draft.session, as: identity)
        let entry = try await core.read(after: outcome.last) { try $0.checkpoint(id) }
        guard let entry else { throw TrackerError.unknown(.checkpoint, id.text) }
        return Written(
            Saved(entry: entry, stopRequested: speaker == nil ? nil : outcome.state.isStopRequested), at: outcome.last)
    }

    /// Takes a checkpoint out of the lists, and records why. Answers what it was, and when it was deleted; the same command again does too.
    ///
    /// - Throws: `checkpointDeleted` when it was deleted by another command, `aliased` when an alias points at it.
    package func delete(
        _ text: String, reason: String, as identity: CommandIdentity
    ) async throws -> Written<(entry: CheckpointEntry, deletedAt: Timestamp?)> {
        guard let id = Checkpoint.ID(text),
            let entry = try await core.read(after: core.store.head, { try $0.checkpoint(id) }),
            let session = Session.ID(entry.document.sessionID)
        else { throw TrackerError.unknown(.checkpoint, text) }
        if entry.document.deleted, try await core.store.command(identity.id, in: session.stream) == nil {
            throw entry.deletion
        }
        let outcome = try await core.checkpointHolds.holding(session, for: .deletion) {
            if !entry.document.deleted { try await core.checkUnaliased(session, id) }
            return try await core.sessions.handle(
                .deleteCheckpoint(id, reason: reason), on: session.stream, as: identity)
        }
        let past = try await core.read(before: outcome.last) { try $0.checkpoint(id) }
        return Written((past ?? entry, outcome.recordedAt), at: outcome.last)
    }

    /// Opens the bytes of a blob.
    package func open(_ digest: Digest) async throws -> BlobReader {
        try await core.blobs.open(digest)
    }

    /// Remembers the blob that reading found damaged; true when it was not known before.
    @discardableResult
    package func noteDamage(_ error: BlobError) -> Bool {
        guard case .damaged(let digest, _) = error else { return false }
        return core.damage.add(digest)
    }

    /// Forgets that a blob was damaged: all of it was read since.
    package func noteSound(_ digest: Digest) { core.damage.remove(digest) }

    /// The architecture that the attempt's checkpoints fit. Sessions of earlier versions did not record it.
    private func architecture(of speaker: Attempts.Speaker) async throws -> String {
        guard speaker.state.architecture.isEmpty else { return speaker.state.architecture }
        let document = try await core.read(after: core.store.head) { try $0.document(of: speaker.session) }
        return try TrainingConfiguration(
            resolving: ConfigurationSource(json: Array(document.configuration.utf8)), isRecorded: true
        ).architecture
    }
}
