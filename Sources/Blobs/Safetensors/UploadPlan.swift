/// How the bytes of an upload are to be cut: what goes into the file's own pack, what becomes a tensor of its own.
struct UploadPlan: Equatable, Sendable {
    /// A stretch of the content.
    struct Region: Equatable, Sendable {
        /// How long it is.
        var byteCount: Int64
        /// What becomes of it.
        var kind: Kind
    }

    /// What becomes of a region.
    enum Kind: Equatable, Sendable {
        /// Frames of the file's pack. Without a transform each frame is looked at on its own.
        case frames(FrameTransform?)
        /// A tensor, stored once for all files that hold it.
        case tensor(FrameTransform)
    }

    /// The regions from the content's start. What comes after them is a region of the last kind's frames.
    var regions: [Region]
    /// How frames outside of tensors are ordered; nil looks at each on its own.
    var transform: FrameTransform?

    /// Everything in frames of one pack.
    static func frames(_ transform: FrameTransform?) -> UploadPlan {
        UploadPlan(regions: [], transform: transform)
    }
}
