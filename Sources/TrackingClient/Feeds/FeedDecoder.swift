/// Turns the bytes of a stream into its entries.
package protocol FeedDecoder: Sendable {
    associatedtype Entry: Sendable
    /// A decoder at the beginning of a stream.
    init()
    /// The entries that `bytes` complete.
    mutating func decode(_ bytes: [UInt8]) throws(ClientError) -> [Entry]
    /// The position of `entry` in the log, for a resumption after it.
    static func position(of entry: Entry) -> UInt64?
    /// True when nothing follows `entry`.
    static func isLast(_ entry: Entry) -> Bool
}
