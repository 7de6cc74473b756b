import Tracking

/// A frame of an upload on its way from stage to stage: its memory, and what the stages have found out about it.
///
/// The first stage fills it with content, the encoder puts the stored bytes in the content's place, and the last stage
/// gives it back to the first. It is sendable because only one stage holds it at a time: whoever passes it on through
/// an `UploadQueue` does not touch it again, and the queue's lock orders what the one did before what the next does.
final class UploadFrame: @unchecked Sendable {
    /// Content as it came; the stored bytes once it is encoded.
    var memory = ScratchMemory(byteCount: PackFormat.frameByteCount)
    /// The bytes of content: 1 byte to 1 MiB.
    var byteCount = 0
    /// The pack that it belongs to and the order of its bytes there.
    var kind = UploadPlan.Kind.frames(nil)
    /// True for a tensor's last frame.
    var endsTensor = false
    /// The place of the frame in its tensor's pack.
    var tensorRow = 0
    /// The digest of the tensor that ends here, once it is hashed.
    var tensor: Digest?
    /// The packs that the tensor which ends here leans on, once it is encoded.
    var bases: [Digest] = []
    /// The frame's row, once it is encoded.
    var row: PackRow.Frame?

    /// The content, until it is encoded.
    var content: UnsafeRawBufferPointer { memory.prefix(byteCount) }

    /// Makes it an empty frame of the given kind.
    func begin(_ kind: UploadPlan.Kind, tensorRow: Int) {
        byteCount = 0
        self.kind = kind
        self.tensorRow = tensorRow
        bases = []
        endsTensor = false
        tensor = nil
        row = nil
    }
}
