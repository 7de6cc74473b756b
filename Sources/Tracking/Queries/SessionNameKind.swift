/// The kinds of names and values that sessions have, by which filters and columns speak of them.
package enum SessionNameKind: String, CaseIterable, Sendable {
    /// The names of what was given or logged as a param, and of the values of configurations, as `params.NAME` means both.
    case params
    /// The dotted names of the values of configurations.
    case config
    /// The names of metrics, those too that were only told at a completion.
    case metrics
    case results
    /// The tags, experiments and groups themselves.
    case tags, experiments, groups
}
