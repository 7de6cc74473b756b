package import NIOCore

/// Frames as server-sent events (HTML standard, section 9.2).
package enum EventStreamFormat {
    /// `id`, the type when it is named, and one line of data. Of a frame that comes twice only the second has its id, so that
    /// a connection that breaks between the two resumes before both.
    package static func write(_ frame: FeedFrame, _ naming: FrameNaming, to buffer: inout ByteBuffer) {
        if naming == .both { write(frame, isNamed: true, hasID: false, to: &buffer) }
        write(frame, isNamed: naming == .all, hasID: true, to: &buffer)
    }

    private static func write(_ frame: FeedFrame, isNamed: Bool, hasID: Bool, to buffer: inout ByteBuffer) {
        if hasID {
            buffer.writeStaticString("id: ")
            buffer.writeString(frame.cursor.description)
            buffer.writeStaticString("\n")
        }
        if isNamed {
            buffer.writeStaticString("event: ")
            buffer.writeString(frame.type.rawValue)
            buffer.writeStaticString("\n")
        }
        buffer.writeStaticString("data: ")
        buffer.writeBytes(frame.text)
        buffer.writeStaticString("\n\n")
    }

    /// A line that clients ignore, which shows that the connection lives.
    package static let comment = ByteBuffer(string: ": heartbeat\n\n")
}
