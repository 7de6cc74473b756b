/// A file that a trainer saves beside its checkpoints.
package struct TrainingArtifact: Equatable, Sendable {
    /// Its path within the session's artifacts.
    package let path: String
    package let contentType: String
    /// Its kind for those who show it, such as `image`.
    package let kind: String
    /// The key that files of one series have in common.
    package let key: String
    /// The optimizer updates it was made after.
    package let step: Int
    package let bytes: [UInt8]

    package init(path: String, contentType: String, kind: String, key: String, step: Int, bytes: [UInt8]) {
        self.path = path
        self.contentType = contentType
        self.kind = kind
        self.key = key
        self.step = step
        self.bytes = bytes
    }
}
