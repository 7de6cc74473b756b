/// The state of the read models: what they are doing, and how far they are.
package struct RebuildState: Document, Equatable {
    package static let name = "RebuildState"

    /// `idle`, `following`, `rebuilding` or `failed`.
    package var status = ""
    package var position: UInt64 = 0
    package var head: UInt64 = 0
    package var message: String?

    package init() {}

    package static let fields: [Field<RebuildState>] = [
        Field("status", \.status, .words(["idle", "following", "rebuilding", "failed"])),
        Field("position", \.position), Field("head", \.head), Field("message", \.message),
    ]
}
