/// The description of an artifact that comes with a save: the same one again changes nothing.
package struct ArtifactContent: Sendable, Equatable {
    package var digest: String
    package var contentType: String
    /// The attributes by which it is found besides its path.
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
