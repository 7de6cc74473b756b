import LMDB
import SwiftProtobuf
import Tracking

/// Artifacts: each save is a version of its path's document, a deletion another.
enum ArtifactProjection: Projection {
    static let version = 1

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        guard case .session(let body) = event.body else { return }
        switch body {
        case .artifactSaved(let saved):
            let document = ArtifactDocument.with {
                $0.sessionID = event.identity
                $0.path = saved.path
                $0.version = saved.version
                $0.digest = saved.digest
                $0.byteCount = saved.byteCount
                $0.storedByteCount = saved.storedByteCount
                if saved.hasAddedByteCount { $0.addedByteCount = saved.addedByteCount }
                $0.contentType = saved.contentType
                $0.kind = saved.kind
                $0.key = saved.key
                if saved.hasStep { $0.step = saved.step }
                $0.attempt = saved.attempt
                $0.createdAt = event.record.firstRecordedAt.rawValue
                $0.lastPosition = event.position.rawValue
            }
            try rows.put(document, as: DocumentKind.artifact.key(event.identity, saved.path), at: event.position)
        case .artifactDeleted(let deleted):
            let key = DocumentKind.artifact.key(event.identity, deleted.path)
            guard
                var document = try rows.transaction.version(
                    of: key, through: event.position, in: rows.tables, as: ArtifactDocument.self)
            else { return }
            document.deleted = true
            document.lastPosition = event.position.rawValue
            try rows.put(document, as: key, at: event.position)
        default: break
        }
    }
}
