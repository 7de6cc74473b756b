/// A request to train a past session again.
package struct ReproductionRequest: Document, Equatable {
    package static let name = "ReproductionRequest"

    /// True to train although what the bits depend on is not the same.
    package var allowDifferences: Bool?
    /// The relative difference up to which values count as equal.
    package var tolerance: Double?
    package var sessionName: String?

    package init() {}

    package static let fields: [Field<ReproductionRequest>] = [
        Field("allow_differences", \.allowDifferences), Field("tolerance", \.tolerance, .range(0...1)),
        Field("session_name", \.sessionName, .name),
    ]
}
