package import JSON

/// The facts that the bits of a training depend on besides its configuration, to be recorded beside them.
package struct TraineeFacts: Equatable, Sendable {
    /// The numeric library and its version; empty when there is none.
    package var engine: String
    package var instructionSet: String
    package var threads: Int
    /// The digest of what is trained on.
    package var dataDigest: String
    /// Further facts, by name.
    package var provenance: JSONObject
    /// The things that its user should look at before trusting the metrics; each a sentence.
    package var warnings: [String]

    package init(
        engine: String = "", instructionSet: String = "", threads: Int, dataDigest: String,
        provenance: JSONObject = JSONObject(), warnings: [String] = []
    ) {
        self.engine = engine
        self.instructionSet = instructionSet
        self.threads = threads
        self.dataDigest = dataDigest
        self.provenance = provenance
        self.warnings = warnings
    }
}
