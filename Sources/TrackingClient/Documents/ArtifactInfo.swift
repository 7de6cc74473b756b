package import JSON
package import Tracking

/// A named file of a session as the server shows it.
package struct ArtifactInfo: Sendable {
    /// The whole document.
    package let json: JSONValue
    package let path: String
    /// From 1, one more at each save.
    package let version: Int
    package let digest: Digest
    /// The size of the uncompressed bytes.
    package let byteCount: Int64

    package init(_ json: JSONValue) throws(ClientError) {
        self.json = json
        path = try json.text("path", of: "an artifact")
        version = try json.integer("version", of: "an artifact")
        let digest = try json.text("digest", of: "an artifact")
        guard let known = Digest(digest) else {
            throw ClientError(.unexpectedAnswer, "Artifact \(path) has the digest \"\(digest)\", which is none.")
        }
        self.digest = known
        byteCount = Int64(try json.integer("size_bytes", of: "an artifact"))
    }

    package var kind: String? { json["kind"]?.stringValue }
    /// The series it belongs to; nil when it belongs to none.
    package var key: String? { json["key"]?.stringValue }
    package var step: Int64? { json["step"]?.integerValue }
    package var contentType: String? { json["content_type"]?.stringValue }
    package var createdAt: Timestamp? { json["created_at"]?.stringValue.flatMap { Timestamp($0) } }
}
