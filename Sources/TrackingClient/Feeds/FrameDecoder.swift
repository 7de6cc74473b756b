import JSON

/// Frames of a `text/event-stream`.
package struct FrameDecoder: FeedDecoder {
    private var parser = ServerSentEventParser()

    package init() {}

    package mutating func decode(_ bytes: [UInt8]) throws(ClientError) -> [FeedFrame] {
        var frames: [FeedFrame] = []
        for event in try parser.append(bytes) {
            frames.append(try FrameDecoder.frame(event))
        }
        return frames
    }

    /// Nil for `connection`, which may stand at the log's head though history follows it.
    package static func position(of frame: FeedFrame) -> UInt64? {
        frame.type == "connection" ? nil : frame.position
    }

    package static func isLast(_ frame: FeedFrame) -> Bool { frame.isLast }

    private static func frame(_ event: ServerSentEvent) throws(ClientError) -> FeedFrame {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue.parse(Array(event.data.utf8))
        } catch {
            throw ClientError(.unexpectedAnswer, "A frame of the feed is not JSON: \(error).")
        }
        return try FeedFrame(json)
    }
}
