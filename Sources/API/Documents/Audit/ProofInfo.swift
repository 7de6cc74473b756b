/// The proof that a tree has a record at a place (RFC 9162, section 2.1.3).
package struct InclusionProofInfo: Document, Equatable {
    package static let name = "InclusionProof"

    /// The record's position minus one.
    package var leafIndex: UInt64 = 0
    /// SHA-256 of a zero byte and the record's header; 64 hexadecimal digits.
    package var leafHash = ""
    /// The size of the tree.
    package var size: UInt64 = 0
    /// From the leaf up, 64 hexadecimal digits each.
    package var hashes: [String] = []

    package init() {}

    package static let fields: [Field<InclusionProofInfo>] = [
        Field("leaf_index", \.leafIndex), Field("leaf_hash", \.leafHash), Field("size", \.size),
        Field("hashes", \.hashes),
    ]
}

/// The proof that a tree begins with an earlier one (RFC 9162, section 2.1.4).
package struct ConsistencyProofInfo: Document, Equatable {
    package static let name = "ConsistencyProof"

    /// The size of the earlier tree.
    package var from: UInt64 = 0
    /// The size of the later tree.
    package var to: UInt64 = 0
    /// 64 hexadecimal digits each.
    package var hashes: [String] = []

    package init() {}

    package static let fields: [Field<ConsistencyProofInfo>] = [
        Field("from", \.from), Field("to", \.to), Field("hashes", \.hashes),
    ]
}

/// The proof of a record beside what it is of.
package struct EventInclusion: Document, Equatable {
    package static let name = "EventInclusion"

    package var leafIndex: UInt64 = 0
    package var hashes: [String] = []

    package init() {}

    package static let fields: [Field<EventInclusion>] = [
        Field("leaf_index", \.leafIndex), Field("hashes", \.hashes),
    ]
}
