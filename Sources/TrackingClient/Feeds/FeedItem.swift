/// One item of a stream that is followed: an entry, or an interruption.
package enum FeedItem<Entry: Sendable>: Sendable {
    /// An entry; each comes once, in log order.
    case entry(Entry)
    /// The connection broke; the stream goes on after the last entry when it is there again.
    case interrupted(ClientError, retryingIn: Duration)
}
