package import Tracking

/// The kinds of damage to a stored blob.
package enum BlobDamage: Equatable, Sendable, CustomStringConvertible {
    /// The file is not a whole pack: its header, table or footer contradict each other or their checksum.
    case table
    /// A frame cannot be decoded, or its bytes do not have their checksum.
    case frame(Int)
    /// A tensor that the pack refers to is missing.
    case missingTensor(Digest)
    /// A tensor that the pack refers to is damaged.
    case damagedTensor(Digest)
    /// All frames are sound, but together they are not the content of this address.
    case content

    package var description: String {
        switch self {
        case .table: "its table is damaged"
        case .frame(let index): "its frame \(index) is damaged"
        case .missingTensor(let digest): "its tensor \(digest) is missing"
        case .damagedTensor(let digest): "its tensor \(digest) is damaged"
        case .content: "its content has a different digest"
        }
    }
}
