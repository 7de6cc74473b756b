/// How the bytes of an upload are to be cut: what goes into the file's own pack, what becomes a tensor of its own.
package struct UploadPlan: Equatable, Sendable {
    /// A stretch of the content.
    package struct Region: Equatable, Sendable {
        /// How long it is.
        package var byteCount: Int64
        /// What becomes of it.
        package var kind: Kind

        package init(byteCount: Int64, kind: Kind) {
            self.byteCount = byteCount
            self.kind = kind
        }
    }

    /// What becomes of a region.
    package enum Kind: Equatable, Sendable {
        /// Frames of the file's pack. Without a transform each frame is looked at on its own.
        case frames(FrameTransform?)
        /// A tensor, stored once for all files that hold it.
        case tensor(FrameTransform)
    }

    /// The regions from the content's start. What comes after them goes into frames of the file's pack.
    package var regions: [Region]
    /// How frames outside of tensors are ordered; nil looks at each on its own.
    package var transform: FrameTransform?

    /// Everything in frames of one pack.
    static func frames(_ transform: FrameTransform?) -> UploadPlan {
        UploadPlan(regions: [], transform: transform)
    }
}
