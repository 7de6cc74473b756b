import NIOCore
import WebServer

/// The way to a feed's client for frames that many feeds tell alike.
package struct FeedSink: Sendable {
    /// Feeds with equal forms get the same bytes for the same events.
    package struct Form: Hashable, Sendable {
        /// The types of frames that are wanted; nil for all.
        let types: Set<FeedFrameType>?
        /// The naming of an event stream's frames; nil for a WebSocket's.
        let naming: FrameNaming?

        /// The bytes of `frames`.
        func bytes(of frames: [FeedFrame]) -> ByteBuffer {
            guard let naming else { return WebSocketWriter.frames(of: frames.map { ByteBuffer(bytes: $0.text) }) }
            var buffer = ByteBuffer()
            for frame in frames { EventStreamFormat.write(frame, naming, to: &buffer) }
            return buffer
        }
    }

    let form: Form
    let writer: DirectWriter
}
