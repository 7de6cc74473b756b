package import Tracking

/// A named file of a session, in one version.
package struct ArtifactInfo: Document, Equatable, StoredFile {
    package static let name = "Artifact"

    package var sessionID = ""
    package var path = ""
    /// From 1, one more at each save.
    package var version = 0
    package var digest = Digest(hashing: [])
    /// The size of the uncompressed bytes.
    package var byteCount: Int64 = 0
    package var storedByteCount: Int64 = 0
    /// The bytes that storing it added to the disk; nil when that was not recorded yet.
    package var addedByteCount: Int64?
    package var contentType = ""
    package var kind: String?
    /// The series it belongs to; nil when it belongs to none.
    package var key: String?
    package var step: Int64?
    package var attempt: Int?
    /// True when a later attempt began before its step.
    package var isSuperseded = false
    package var createdAt = Timestamp(rawValue: 0)
    /// Earlier versions of the same path.
    package var versions: [Version] = []

    /// Told when it was deleted.
    package var message: String?

    package init() {}

    package static let fields: [Field<ArtifactInfo>] = [
        Field("session_id", \.sessionID), Field("path", \.path), Field("version", \.version),
        Field("digest", \.digest), Field("size_bytes", \.byteCount), Field("stored_size_bytes", \.storedByteCount),
        Field("added_size_bytes", \.addedByteCount), Field("shared_size_bytes", \.sharedByteCount),
        Field("content_type", \.contentType), Field("kind", \.kind), Field("key", \.key), Field("step", \.step),
        Field("attempt", \.attempt), Field("superseded", \.isSuperseded, omitting: false),
        Field("created_at", \.createdAt), Field("versions", \.versions, omitting: []), Field("message", \.message),
    ]

    /// An earlier version, which can be downloaded by its digest.
    package struct Version: Document, Equatable {
        package static let name = "ArtifactVersion"

        package var version = 0
        package var digest = Digest(hashing: [])
        package var byteCount: Int64 = 0
        package var createdAt = Timestamp(rawValue: 0)

        package init() {}

        package static let fields: [Field<Version>] = [
            Field("version", \.version), Field("digest", \.digest), Field("size_bytes", \.byteCount),
            Field("created_at", \.createdAt),
        ]
    }
}
