package import Blobs
package import EventLog
import ReadModels
package import Tracking

/// Save and delete a session's named files.
package struct Artifacts: Sendable {
    private let core: TrackerCore
    private let attempts: Attempts

    init(_ core: TrackerCore, attempts: Attempts) {
        self.core = core
        self.attempts = attempts
    }

    /// Asks whether an artifact of `session` may be stored, before its bytes are read; the attempt that saves it, 0 without
    /// a token.
    package func admit(_ session: Session.ID, token: String?) async throws -> UInt32 {
        try await attempts.admitFile(of: session, token: token)
    }

    /// Saves what was stored under the path of `draft`; the same bytes again change nothing, others are a new version.
    /// `isNew` says whether anything changed.
    package func save(
        _ draft: ArtifactSaved, _ stored: StoredBlob, in session: Session.ID, as identity: CommandIdentity
    ) async throws -> (written: Written<ArtifactVersions>, isNew: Bool) {
        var saved = draft
        saved.digest = stored.digest.description
        saved.byteCount = UInt64(stored.byteCount)
        saved.storedByteCount = UInt64(stored.storedByteCount)
        saved.addedByteCount = UInt64(stored.addedByteCount)
        let outcome = try await core.record(.saveArtifact(saved), of: stored, in: session, as: identity)
        let versions = try await core.read(after: outcome.last) { [path = saved.path] snapshot in
            guard let artifact = try snapshot.artifact(path, of: session) else {
                throw TrackerError.unknown(.artifact, path)
            }
            return try snapshot.versions(of: ArtifactEntry(document: artifact, isSuperseded: false), in: session)
        }
        return (Written(versions, at: outcome.last), !outcome.events.isEmpty)
    }

    /// Takes the path out of the lists. Answers what was there; the same command again does too.
    package func delete(
        _ path: String, of session: Session.ID, as identity: CommandIdentity
    ) async throws -> Written<ArtifactDocument> {
        _ = try await core.state(of: session)
        let outcome = try await core.sessions.handle(.deleteArtifact(path: path), on: session.stream, as: identity)
        let artifact = try await core.read(before: outcome.last) { try $0.artifact(path, of: session) }
        guard let artifact else { throw TrackerError.unknown(.artifact, path) }
        return Written(artifact, at: outcome.last)
    }
}
