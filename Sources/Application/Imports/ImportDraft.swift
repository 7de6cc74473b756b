import SwiftProtobuf
package import Tracking

/// A session of another server that is to be taken over, as its archive describes it. Its events lie in two blobs.
package struct ImportDraft: Sendable {
    package var session: Session.ID
    /// The address of the server that it was exported from, its version, and its position in that server's log.
    package var source: String
    package var sourceVersion: String
    package var sourcePosition: UInt64
    package var exportedAt: Timestamp
    package var manifestDigest: Digest
    /// As `StreamContent` makes it.
    package var contentDigest: Digest
    /// The blobs of `EventRecord` messages, each behind its length.
    package var sessionEvents: Digest
    package var telemetryEvents: Digest
    /// Whoever imports it, as they say.
    package var importedBy: String

    package init(
        session: Session.ID, source: String, sourceVersion: String, sourcePosition: UInt64, exportedAt: Timestamp,
        manifestDigest: Digest, contentDigest: Digest, sessionEvents: Digest, telemetryEvents: Digest,
        importedBy: String
    ) {
        self.session = session
        self.source = source
        self.sourceVersion = sourceVersion
        self.sourcePosition = sourcePosition
        self.exportedAt = exportedAt
        self.manifestDigest = manifestDigest
        self.contentDigest = contentDigest
        self.sessionEvents = sessionEvents
        self.telemetryEvents = telemetryEvents
        self.importedBy = importedBy
    }

    /// The event that records the import of a session that was `interruptedStatus`; empty when it had ended.
    func event(interruptedStatus: String) -> SessionImported {
        .with {
            $0.source = source
            $0.sourceVersion = sourceVersion
            $0.sourcePosition = sourcePosition
            $0.exportedAt = exportedAt.rawValue
            $0.manifestDigest = manifestDigest.description
            $0.contentDigest = contentDigest.description
            $0.importedBy = importedBy
            $0.interruptedStatus = interruptedStatus
        }
    }
}

/// How far an import is.
package enum ImportOutcome: Sendable {
    /// Blobs have to be stored first: these, and perhaps more, which can be told once these are here.
    case missing([Digest])
    /// So many measurements are appended; the same request again goes on.
    case appending(count: UInt64)
    /// The session is here now.
    case imported(Written<SessionView>)
    /// The same session was here already; nothing was written.
    case present(Queries.Answer<SessionView>)
}
