package import Tracking

/// Where a session was taken over from, and when.
package struct SessionOrigin: Document, Equatable {
    package static let name = "SessionOrigin"

    /// The address of the server that it was exported from, its version, and its position in that server's log.
    package var source = ""
    package var sourceVersion: String?
    package var sourcePosition: UInt64 = 0
    package var exportedAt = Timestamp(rawValue: 0)
    package var manifestDigest: Digest?
    package var contentDigest: Digest?
    package var importedAt = Timestamp(rawValue: 0)
    /// Whoever imported it, as they said.
    package var importedBy: String?
    /// The status that it had there, when it had not ended: it was stopped by the import.
    package var interruptedStatus: Session.Status?

    package init() {}

    package static let fields: [Field<SessionOrigin>] = [
        Field("source", \.source), Field("source_version", \.sourceVersion),
        Field("source_position", \.sourcePosition), Field("exported_at", \.exportedAt),
        Field("manifest_digest", \.manifestDigest), Field("content_digest", \.contentDigest),
        Field("imported_at", \.importedAt), Field("imported_by", \.importedBy),
        Field("interrupted_status", \.interruptedStatus),
    ]
}
