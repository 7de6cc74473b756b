package import Tracking

/// A session of another server that is to be taken over, as the manifest of its archive describes it.
package struct SessionImport: Document, Equatable {
    package static let name = "ImportSession"

    package var sessionID = ""
    /// The address of the server that it was exported from.
    package var source = ""
    package var sourceVersion: String?
    /// The position in that server's log that it was exported at.
    package var sourcePosition: UInt64 = 0
    package var exportedAt = Timestamp(rawValue: 0)
    package var manifestDigest = Digest(hashing: [])
    /// Of the events without their places in a log.
    package var contentDigest = Digest(hashing: [])
    /// The files of events, by their digests.
    package var sessionEvents = Digest(hashing: [])
    package var telemetryEvents = Digest(hashing: [])
    /// Whoever imports it, as they say.
    package var importedBy: String?

    package init() {}

    package static let fields: [Field<SessionImport>] = [
        Field("session_id", \.sessionID, .bytes(6...64)), Field("source", \.source, .bytes(1...255)),
        Field("source_version", \.sourceVersion, .bytes(0...64)),
        Field("source_position", \.sourcePosition, .range(0...9_007_199_254_740_991)),
        Field("exported_at", \.exportedAt), Field("manifest_digest", \.manifestDigest),
        Field("content_digest", \.contentDigest), Field("session_events", \.sessionEvents),
        Field("telemetry_events", \.telemetryEvents), Field("imported_by", \.importedBy, .bytes(0...255)),
    ]
}
