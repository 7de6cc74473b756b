/// Which records of a session are asked for with their proofs.
package struct SessionProofQuery: Sendable {
    package var streams: EventStreams = .session
    /// Only records at greater positions.
    package var after: UInt64?
    /// The most records of a page; 100 when nil.
    package var limit: Int?
    /// The size of the tree to prove them in; the current one when nil.
    package var size: UInt64?
    /// True to get the payloads too.
    package var includesPayloads = false

    package init() {}

    var parameters: [(String, String?)] {
        [
            ("stream", streams.rawValue), ("after", after.map { String($0) }), ("limit", limit.map(String.init)),
            ("size", size.map { String($0) }), ("payloads", includesPayloads ? "true" : nil),
        ]
    }
}
