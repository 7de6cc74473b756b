/// What a save of an artifact says about it: saying it again changes nothing.
package struct ArtifactContent: Sendable, Equatable {
    package var digest: String
    package var contentType: String
    /// What it is found by besides its path.
    package var kind: String
    package var key: String
    package var step: Int64?

    package init(_ saved: ArtifactSaved) {
        digest = saved.digest
        contentType = saved.contentType
        kind = saved.kind
        key = saved.key
        step = saved.hasStep ? saved.step : nil
    }
}
