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

/// A question about the names of one kind.
package struct SessionNameQuery: Sendable {
    package var kind: SessionNameKind
    /// Only names that begin so; upper and lower case differ.
    package var prefix = ""
    /// Only names behind this one, in the order of answers; nil for all.
    package var after: String?
    package var limit = 100
    /// True when names that only archived sessions have are among them, and archived sessions are counted.
    package var includesArchived = false

    package init(_ kind: SessionNameKind) { self.kind = kind }
}

/// Some of the names of a kind, in the order of their bytes; names of more than 150 bytes that are alike in the first 100 are in an
/// order of their own, always the same.
package struct SessionNamePage: Sendable, Equatable {
    /// A name, and the number of sessions that have it.
    package struct Entry: Sendable, Equatable {
        package var name: String
        package var sessionCount: Int

        package init(name: String, sessionCount: Int) {
            self.name = name
            self.sessionCount = sessionCount
        }
    }

    package var entries: [Entry] = []
    /// The name behind which more are to be asked for; nil when there are no more. It need not be among those of the page.
    package var next: String?

    package init() {}
}
