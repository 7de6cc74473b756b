package import Tracking

/// How far the import of a session is.
package struct ImportState: Document, Equatable {
    package static let name = "SessionImport"

    /// The states of an import, in the order in which it goes through them.
    package enum State: String, CaseIterable, Sendable, FieldValue {
        /// Files have to be sent first.
        case filesMissing = "files_missing"
        /// Not all measurements are appended yet; the same request again goes on.
        case appending
        /// The session is here now.
        case imported
        /// The same session was here already.
        case present
    }

    package var sessionID = ""
    package var state = State.present
    package var contentDigest = Digest(hashing: [])
    /// The first of the files that have to be sent.
    package var missingFiles: [Digest]?
    /// The measurements that are appended.
    package var appendedCount: UInt64?
    /// The session, once it is here.
    package var session: SessionInfo?

    package init() {}

    package static let fields: [Field<ImportState>] = [
        Field("session_id", \.sessionID), Field("state", \.state), Field("content_digest", \.contentDigest),
        Field("missing_files", \.missingFiles), Field("appended_count", \.appendedCount),
        Field("session", \.session),
    ]
}
