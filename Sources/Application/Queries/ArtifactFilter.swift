package import Tracking

/// The artifacts of a session that a list shows, and their order.
///
/// With a key they come by step, as the values of a metric do; otherwise by path.
package struct ArtifactFilter: Sendable, Equatable {
    /// The beginning of the path.
    package var prefix = ""
    package var kind: String?
    package var key: String?
    package var steps: ClosedRange<Int64>?
    /// True when superseded artifacts are listed too.
    package var includesSuperseded = false

    package init() {}

    /// Those of `artifacts`, which are in the order of their paths, that are asked for.
    package func selected(from artifacts: [ArtifactEntry]) -> [ArtifactEntry] {
        let selected = artifacts.filter { entry in
            let artifact = entry.document
            return artifact.path.hasPrefix(prefix) && (kind ?? artifact.kind) == artifact.kind
                && (key ?? artifact.key) == artifact.key
                && (steps.map { artifact.hasStep && $0.contains(artifact.step) } ?? true)
        }
        guard key != nil else { return selected }
        // What has no step comes first; the path decides between equals.
        return selected.enumerated().sorted {
            (Self.place($0.element), $0.offset) < (Self.place($1.element), $1.offset)
        }.map(\.element)
    }

    private static func place(_ entry: ArtifactEntry) -> Int64 { entry.document.hasStep ? entry.document.step : -1 }
}
