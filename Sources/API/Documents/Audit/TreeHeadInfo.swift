/// The state of the tree over the log, which the log vouches for.
package struct TreeHeadInfo: Document, Equatable {
    package static let name = "TreeHead"

    /// The number of records in the tree: those at the positions 1 to `size`.
    package var size: UInt64 = 0
    /// 64 hexadecimal digits.
    package var rootHash = ""
    /// Size and root as a signed note (C2SP tlog-checkpoint), with the cosignatures of witnesses.
    package var note = ""

    package init() {}

    package static let fields: [Field<TreeHeadInfo>] = [
        Field("size", \.size), Field("root_hash", \.rootHash), Field("note", \.note),
    ]
}
