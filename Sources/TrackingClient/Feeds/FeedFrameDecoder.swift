import API

/// Frames of a `text/event-stream`.
package struct FeedFrameDecoder: FeedDecoder {
    private var parser = ServerSentEventParser()

    package init() {}

    package mutating func decode(_ bytes: [UInt8]) throws(ClientError) -> [FeedMessage] {
        var frames: [FeedMessage] = []
        for event in try parser.append(bytes) {
            frames.append(try FeedMessage(parsing: Array(event.data.utf8), named: "A frame of the feed"))
        }
        return frames
    }

    /// Nil for `connection`, which may stand at the log's head though history follows it.
    package static func position(of frame: FeedMessage) -> UInt64? {
        frame.type == "connection" ? nil : frame.position
    }

    package static func isLast(_ frame: FeedMessage) -> Bool { frame.isLast }
}
