package import NIOCore

/// Frames as server-sent events (HTML standard, section 9.2).
package enum EventStreamFormat {
    /// `id`, the type when `isNamed`, and one line of data.
    package static func write(_ frame: FeedFrame, isNamed: Bool, to buffer: inout ByteBuffer) {
        buffer.writeStaticString("id: ")
        buffer.writeString(frame.cursor.description)
        if isNamed {
            buffer.writeStaticString("\nevent: ")
            buffer.writeString(frame.type.rawValue)
        }
        buffer.writeStaticString("\ndata: ")
        buffer.writeBytes(frame.text)
        buffer.writeStaticString("\n\n")
    }

    /// A line that clients ignore, which shows that the connection lives.
    package static let comment = ByteBuffer(string: ": heartbeat\n\n")
}
