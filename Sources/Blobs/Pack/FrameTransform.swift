/// The order of a frame's bytes before compression. The raw value is what the pack says.
package enum FrameTransform: UInt8, CaseIterable, Sendable {
    /// As they are.
    case bytes = 0
    /// Planes of 2-byte numbers.
    case planes2 = 1
    /// Planes of 4-byte numbers.
    case planes4 = 2
    /// Planes of 8-byte numbers.
    case planes8 = 3

    /// The bytes of a number, which is the number of planes; 1 for bytes as they are.
    package var width: Int { 1 << Int(rawValue) }

    /// The transform for numbers of `width` bytes; bytes as they are when there is none.
    package init(width: Int) {
        switch width {
        case 2: self = .planes2
        case 4: self = .planes4
        case 8: self = .planes8
        default: self = .bytes
        }
    }
}
