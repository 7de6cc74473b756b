import LMDB
import SwiftProtobuf
import Tracking

extension SessionDocument {
    /// Takes away what `redacted` removed from the session's events so far.
    ///
    /// - Parameter position: Its place in the log.
    mutating func forget(_ redacted: SessionRedacted, by position: LogPosition) {
        if redacted.kinds.contains(RedactionKind.notes.rawValue), !notes.isEmpty {
            notes = ""
            notesRedactedBy = position.rawValue
        }
        guard redacted.kinds.contains(RedactionKind.provenance.rawValue) else { return }
        for index in provenance.indices where provenance[index].fact.value != nil {
            provenance[index].fact = provenance[index].fact.redacted
            provenance[index].redactedBy = position.rawValue
        }
    }
}

extension RowWriter {
    /// Takes away what `redacted` removed also from the versions of the session's document before it, which answer questions of
    /// the past.
    func forgetEarlierVersions(_ redacted: SessionRedacted, of event: ProjectedEvent) throws(LMDBError) {
        let session = try knownSession(event.identity).number
        for (kind, part) in [(RedactionKind.notes, SessionPart.state), (.provenance, .settings)] {
            if redacted.kinds.contains(kind.rawValue) { try forget(redacted, part, session, event) }
        }
    }

    /// Rewrites the versions of a part.
    private func forget(
        _ redacted: SessionRedacted, _ part: SessionPart, _ session: SessionNumber, _ event: ProjectedEvent
    ) throws(LMDBError) {
        var keys: [[UInt8]] = []
        try transaction.forEach(in: tables.documents, range: .prefix(part.kind.key(session).bytes)) { entry in
            keys.append(Array(entry.key))
            return .next
        }
        for key in keys {
            let bytes = try transaction.value(for: key, in: tables.documents) ?? []
            var version = try transaction.decoded(bytes, as: SessionDocument.self)
            let old = version
            version.forget(redacted, by: event.position)
            guard version != old else { continue }
            try transaction.put(version.rowBytes(transaction.path), for: key, in: tables.documents)
        }
    }
}
