/// Records of a session or a model with the proofs that they are in the log: a page.
package struct EventProofs: Document, Equatable {
    package static let name = "EventProofs"

    /// The size of the tree in which all of the page is proven.
    package var size: UInt64 = 0
    /// The tree head of that size; absent when the request named a size, of which its sender has the tree head.
    package var treeHead: TreeHeadInfo?
    /// In the order of the log.
    package var events: [ProvenEvent] = []
    /// The `after` of the next page; absent on the last one.
    package var nextAfter: UInt64?

    package init() {}

    package static let fields: [Field<EventProofs>] = [
        Field("size", \.size), Field("tree_head", \.treeHead), Field("events", \.events),
        Field("next_after", \.nextAfter),
    ]
}

/// A record's header, which is a leaf of the tree, and its proof.
package struct ProvenEvent: Document, Equatable {
    package static let name = "ProvenEvent"

    package var position: UInt64 = 0
    /// The header as it lies in the log, in base64.
    package var header = ""
    /// SHA-256 of salt and payload, as the header has it; 64 hexadecimal digits.
    package var payloadDigest = ""
    /// In base64; absent unless payloads were asked for, and for a redacted record.
    package var salt: String?
    /// Before compression, in base64; absent as `salt` is.
    package var payload: String?
    package var inclusion = EventInclusion()

    package init() {}

    package static let fields: [Field<ProvenEvent>] = [
        Field("position", \.position), Field("header", \.header), Field("payload_digest", \.payloadDigest),
        Field("salt", \.salt), Field("payload", \.payload), Field("inclusion", \.inclusion),
    ]
}
