/// One message of a feed.
package struct FeedFrame: Equatable, Sendable {
    /// The longest frame, in bytes; longer events become several.
    package static let maximumByteCount = 256 * 1024

    package var type: FeedFrameType
    /// The cursor of a client that has read up to this frame.
    package var cursor: FeedCursor
    /// The frame as JSON, in one line.
    package var text: [UInt8]
}
