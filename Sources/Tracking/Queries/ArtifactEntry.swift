/// An artifact as lists show it.
package struct ArtifactEntry: Sendable, Equatable {
    package var document: ArtifactDocument
    /// Whether a later attempt began before its step.
    package var isSuperseded: Bool

    package init(document: ArtifactDocument, isSuperseded: Bool) {
        self.document = document
        self.isSuperseded = isSuperseded
    }
}
