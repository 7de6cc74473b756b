package import Tracking

/// A piece of a pack's content, in the content's order.
package enum PackRow: Equatable, Sendable {
    /// A frame whose bytes are in this pack.
    case frame(Frame)
    /// A tensor that is an object of its own.
    case tensor(Digest, byteCount: Int64)
    /// A part of the content of another pack: the one at an index of the table's bases.
    case slice(base: Int, offset: Int64, byteCount: Int64)

    /// A frame as the table describes it.
    package struct Frame: Equatable, Sendable {
        /// The order in which its bytes lie.
        var transform: FrameTransform
        /// Bit `i` says whether plane `i` (or, without planes, all of it) is compressed; else it lies as it is.
        var compressedPlanes: UInt8
        /// The bytes of content that it holds: 1 to 1 MiB.
        var byteCount: Int
        /// The bytes that it takes in the pack: 1 to `byteCount`, or none when it equals its base.
        var storedByteCount: Int
        /// The checksum of its content.
        var checksum: UInt64
        /// The way in which its base tells it.
        var difference = FrameDifference.none
        /// The bytes before the first number, 0 to 7, which are no part of planes.
        var headByteCount = 0
    }

    /// The bytes of content that the row stands for.
    var byteCount: Int64 {
        switch self {
        case .frame(let frame): Int64(frame.byteCount)
        case .tensor(_, let byteCount), .slice(_, _, let byteCount): byteCount
        }
    }

    /// The bytes that the row takes in the pack, before the table.
    var storedByteCount: Int64 {
        switch self {
        case .frame(let frame): Int64(frame.storedByteCount)
        case .tensor, .slice: 0
        }
    }
}
