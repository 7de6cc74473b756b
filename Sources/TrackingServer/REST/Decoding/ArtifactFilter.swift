import Projections
package import Tracking

/// Which of a session's artifacts a list request asks for, and in which order.
///
/// With a key they come by step, as the values of a metric do; otherwise by path.
package struct ArtifactFilter {
    private let prefix: String
    private let kind: String?
    private let key: String?
    private let steps: ClosedRange<Int64>?

    /// Reads the parameters of `GET …/artifacts`.
    package init(_ query: QueryReader) throws {
        prefix = query.text("prefix") ?? ""
        kind = query.text("kind")
        key = query.text("key")
        let allowed = 0...Int(MetricsReport.maximumStep)
        let first = try query.integer("start_step", in: allowed)
        let last = try query.integer("end_step", in: allowed)
        let bounds = (lower: first ?? allowed.lowerBound, upper: last ?? allowed.upperBound)
        guard bounds.lower <= bounds.upper else {
            throw FieldError("end_step", "must not be less than start_step, which is \(bounds.lower)")
        }
        steps = first == nil && last == nil ? nil : Int64(bounds.lower)...Int64(bounds.upper)
    }

    /// Those of `artifacts`, which are in the order of their paths, that are asked for.
    package func selected(from artifacts: [ArtifactDocument]) -> [ArtifactDocument] {
        let selected = artifacts.filter { artifact in
            artifact.path.hasPrefix(prefix) && (kind ?? artifact.kind) == artifact.kind
                && (key ?? artifact.key) == artifact.key
                && (steps.map { artifact.hasStep && $0.contains(artifact.step) } ?? true)
        }
        guard key != nil else { return selected }
        // What has no step comes first; the path decides between equals.
        return selected.enumerated().sorted {
            (Self.place($0.element), $0.offset) < (Self.place($1.element), $1.offset)
        }.map(\.element)
    }

    private static func place(_ artifact: ArtifactDocument) -> Int64 { artifact.hasStep ? artifact.step : -1 }
}
