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
