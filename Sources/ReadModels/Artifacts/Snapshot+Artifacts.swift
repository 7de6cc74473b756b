import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// The newest versions of a session's artifacts that are not deleted, in the order of their paths. Superseded ones are
    /// left out unless they are asked for.
    package func artifacts(
        of id: Session.ID, includesSuperseded: Bool = false
    ) throws(ReadModelError) -> [ArtifactEntry] {
        let timeline = try session(id)?.timeline ?? SessionTimeline()
        var artifacts: [ArtifactEntry] = []
        do throws(LMDBError) {
            try transaction.forEachVersion(
                of: DocumentKind.artifact.key(id.text), through: position, in: tables
            ) { (bytes) throws(LMDBError) in
                let artifact = try transaction.decoded(bytes, as: ArtifactDocument.self)
                let entry = ArtifactEntry(document: artifact, isSuperseded: !timeline.counts(artifact))
                if !artifact.deleted, includesSuperseded || !entry.isSuperseded { artifacts.append(entry) }
                return .next
            }
        } catch {
            throw ReadModelError(error)
        }
        return artifacts
    }

    /// The newest version of the artifact at `path`, or the one with `version` or `digest`; nil when there is none.
    /// Without either, a deleted path has none.
    package func artifact(
        _ path: String, of id: Session.ID, version: UInt32? = nil, digest: Digest? = nil
    ) throws(ReadModelError) -> ArtifactDocument? {
        let key = DocumentKind.artifact.key(id.text, path)
        do throws(LMDBError) {
            guard version != nil || digest != nil else {
                let newest = try transaction.version(
                    of: key, through: position, in: tables, as: ArtifactDocument.self)
                return newest?.deleted == false ? newest : nil
            }
            return try artifactVersions(key).last { artifact in
                version.map { artifact.version == $0 } ?? true
                    && digest.map { artifact.digest == $0.description } ?? true
            }
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The position of the event that deleted the artifact at `path`; nil when it is there, and when it never was.
    package func removal(ofArtifact path: String, of id: Session.ID) throws(ReadModelError) -> LogPosition? {
        do throws(LMDBError) {
            let newest = try transaction.version(
                of: DocumentKind.artifact.key(id.text, path), through: position, in: tables, as: ArtifactDocument.self)
            guard let newest, newest.deleted else { return nil }
            return LogPosition(newest.lastPosition)
        } catch {
            throw ReadModelError(error)
        }
    }

    /// Every saved version of the artifact at `path`, oldest first.
    package func artifactVersions(
        of path: String, in id: Session.ID
    ) throws(ReadModelError) -> [ArtifactDocument] {
        do throws(LMDBError) {
            return try artifactVersions(DocumentKind.artifact.key(id.text, path))
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The saved versions under `prefix`, in the order of their keys; deletions are no versions.
    func artifactVersions(_ prefix: RowKey) throws(LMDBError) -> [ArtifactDocument] {
        var artifacts: [ArtifactDocument] = []
        try transaction.forEach(in: tables.documents, range: .prefix(prefix.bytes)) { (entry) throws(LMDBError) in
            let artifact = try transaction.decoded(entry.value, as: ArtifactDocument.self)
            if artifact.lastPosition <= position.rawValue, !artifact.deleted { artifacts.append(artifact) }
            return .next
        }
        return artifacts
    }
}
