import LMDB
import SwiftProtobuf
import Tracking

extension ReadModelSnapshot {
    /// The digests of blobs that the next documents name: checkpoints, versions of artifacts, parents and recorded facts.
    /// Deleted checkpoints, and artifacts deleted by their path, name none.
    ///
    /// Reads as of one position, one after the other, give together what a single one would give, whatever is written
    /// between them. Each looks at no more than `documentCount` documents.
    package func blobReferences(
        after cursor: BlobReferences.Cursor? = nil, documentCount: Int
    ) throws(ReadModelError) -> BlobReferences {
        do throws(LMDBError) {
            return try transaction.withCursor(in: tables.documents) { (documents) throws(LMDBError) in
                var references = BlobReferences()
                var key = cursor?.key ?? DocumentKind.session.prefix.bytes
                for _ in 0..<max(documentCount, 1) {
                    guard let entry = try documents.seek(atOrAfter: key), entry.key.count > 8,
                        let kind = DocumentKind(rawValue: entry.key[0]), kind.namesBlobs
                    else { return references }
                    // Each row of an artifact is a version; of other documents the newest row counts.
                    if kind == .artifact {
                        key = Array(entry.key) + [0]
                        try add(entry.value, kind, to: &references.all)
                    } else {
                        let document = Array(entry.key.dropLast(8))
                        key = document + [UInt8](repeating: 0xFF, count: 9)
                        let sought = document + withUnsafeBytes(of: position.rawValue.bigEndian) { Array($0) }
                        guard let row = try documents.seek(atOrBefore: sought), row.key.count == sought.count,
                            row.key.begins(with: document)
                        else { continue }
                        try add(row.value, kind, to: &references.all)
                    }
                }
                references.next = BlobReferences.Cursor(key: key)
                return references
            }
        } catch {
            throw ReadModelError(error)
        }
    }

    /// Adds what a row names.
    private func add(
        _ row: UnsafeRawBufferPointer, _ kind: DocumentKind, to references: inout [BlobReferences.Reference]
    ) throws(LMDBError) {
        func name(_ digest: String, _ owner: BlobReferences.Owner) {
            if let digest = Digest(digest) { references.append(.init(digest: digest, owner: owner)) }
        }
        switch kind {
        case .session:
            let session = try transaction.decoded(row, as: SessionDocument.self)
            name(session.parentCheckpoint.digest, .session)
        case .sessionSettings:
            let session = try transaction.decoded(row, as: SessionDocument.self)
            for entry in session.provenance { name(entry.fact.text, .session) }
        case .checkpoint:
            let checkpoint = try transaction.decoded(row, as: CheckpointDocument.self)
            if !checkpoint.deleted { name(checkpoint.digest, .checkpoint(checkpoint)) }
        case .artifact:
            let artifact = try transaction.decoded(row, as: ArtifactDocument.self)
            if artifact.lastPosition <= position.rawValue, !artifact.deleted {
                name(artifact.digest, .artifact(artifact))
            }
        default: break
        }
    }
}

extension DocumentKind {
    /// True for documents that may name blobs. Their keys come before those of all others.
    fileprivate var namesBlobs: Bool {
        switch self {
        case .session, .sessionSettings, .checkpoint, .artifact: true
        default: false
        }
    }
}
