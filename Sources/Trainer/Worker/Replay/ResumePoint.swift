/// A checkpoint that a session can go on from.
package struct ResumePoint: Equatable, Sendable {
    package let checkpointID: String
    /// The digest of its bytes, `sha256:…`.
    package let digest: String
    package let epoch: Int
    package let step: Int
    /// True when another session saved it.
    package let isParent: Bool

    package init(checkpointID: String, digest: String, epoch: Int, step: Int, isParent: Bool) {
        self.checkpointID = checkpointID
        self.digest = digest
        self.epoch = epoch
        self.step = step
        self.isParent = isParent
    }
}
