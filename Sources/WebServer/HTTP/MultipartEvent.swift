package import NIOCore

/// A piece of a form, as its bytes are read in order.
package enum MultipartEvent: Equatable, Sendable {
    /// A part begins.
    case part(MultipartPart)
    /// The next bytes of the part; never empty.
    case bytes(ByteBuffer)
    /// The part is complete.
    case partEnd
    /// The form is complete; whatever follows is ignored.
    case end
}
