/// An artifact as lists show it.
package struct ArtifactEntry: Sendable, Equatable {
    package var document: ArtifactDocument
    /// True when a later attempt began at its step or before.
    package var isSuperseded: Bool

    package init(document: ArtifactDocument, isSuperseded: Bool) {
        self.document = document
        self.isSuperseded = isSuperseded
    }
}
