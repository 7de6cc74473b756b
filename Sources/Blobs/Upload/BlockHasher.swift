import CDigest
package import Tracking

/// SHA-256 (FIPS 180-4) with the processor's instructions, over one message, or over two at once in the time of one.
///
/// `Digest.Hasher` is as fast over one message and runs everywhere; two of the same bytes, as a file and a tensor in it
/// are, take it twice as long.
package struct BlockHasher {
    /// True when this processor has the instructions. Without them no hasher may be made.
    package static let isAvailable = pivot_sha256_is_there() != 0

    private static let blockByteCount = 64

    /// The state after all whole blocks; first the initial one, of section 5.3.3.
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    /// The bytes after the last whole block.
    private var rest: [UInt8] = []
    private var byteCount: UInt64 = 0

    package init() {
        precondition(Self.isAvailable, "the processor has the instructions for SHA-256")
        rest.reserveCapacity(Self.blockByteCount)
    }

    /// Adds `bytes` at the end of what has been hashed so far.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let blocks = begin(bytes)
        take(blocks, from: 0)
    }

    /// Adds `bytes` at the end of what each of two hashers has hashed so far.
    package static func update(_ one: inout BlockHasher, _ other: inout BlockHasher, _ bytes: UnsafeRawBufferPointer) {
        let (blocks, otherBlocks) = (one.begin(bytes), other.begin(bytes))
        let count = min(blocks.count, otherBlocks.count) / blockByteCount
        if count > 0, let start = blocks.baseAddress, let otherStart = otherBlocks.baseAddress {
            pivot_sha256_blocks_twice(&one.state, start, &other.state, otherStart, count)
        }
        one.take(blocks, from: count * blockByteCount)
        other.take(otherBlocks, from: count * blockByteCount)
    }

    /// The digest of everything added; the hasher can go on from here.
    package func finalize() -> Digest {
        var last = self
        let zeros = (2 * Self.blockByteCount - 1 - 8 - rest.count) % Self.blockByteCount
        let padding = [0x80] + [UInt8](repeating: 0, count: zeros)
        let length = withUnsafeBytes(of: (byteCount * 8).bigEndian) { Array($0) }
        (padding + length).withUnsafeBytes { last.update($0) }
        let words = last.state.map(\.bigEndian)
        guard let digest = words.withUnsafeBytes({ Digest(bytes: $0) }) else {
            preconditionFailure("SHA-256 is 32 bytes")
        }
        return digest
    }

    /// Counts `bytes`, completes the block that has begun, and returns what follows.
    private mutating func begin(_ bytes: UnsafeRawBufferPointer) -> UnsafeBufferPointer<UInt8> {
        let bytes = bytes.bindMemory(to: UInt8.self)
        byteCount += UInt64(bytes.count)
        guard !rest.isEmpty else { return bytes }
        let count = min(bytes.count, Self.blockByteCount - rest.count)
        rest.append(contentsOf: bytes[..<count])
        if rest.count == Self.blockByteCount {
            pivot_sha256_blocks(&state, rest, 1)
            rest.removeAll(keepingCapacity: true)
        }
        return UnsafeBufferPointer(rebasing: bytes[count...])
    }

    /// Takes what follows the byte `start` of `bytes`: whole blocks, and the beginning of one.
    private mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
        let bytes = UnsafeBufferPointer(rebasing: bytes[start...])
        let count = bytes.count / Self.blockByteCount
        if count > 0, let start = bytes.baseAddress { pivot_sha256_blocks(&state, start, count) }
        rest.append(contentsOf: bytes[(count * Self.blockByteCount)...])
    }
}
