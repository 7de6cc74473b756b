import Blobs
import StoreTesting
import TestSupport
import Testing
import Tracking

@Suite("Hashing a file and its tensors in one pass")
struct ContentHasherTests {
    @Test("The digests are those of the bytes, however the bytes come", arguments: [UInt64(1), 2, 3], [true, false])
    func digests(seed: UInt64, usingInstructions: Bool) {
        guard !usingInstructions || BlockHasher.isAvailable else { return }
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            var hasher = ContentHasher(usingInstructions: usingInstructions)
            var file: [UInt8] = []
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                for isTensor in [false, true] {
                    let part = random.noise(.random(in: 0...400, using: &random))
                    var rest = part[...]
                    while !rest.isEmpty {
                        let piece = rest.prefix(.random(in: 1...200, using: &random))
                        piece.withUnsafeBytes { hasher.update($0, isTensor: isTensor) }
                        rest = rest.dropFirst(piece.count)
                    }
                    file += part
                    if isTensor { #expect(hasher.endTensor() == Digest(hashing: part)) }
                }
                #expect(hasher.finalize() == Digest(hashing: file))
            }
        }
    }

    @Test("Every length of the last block is padded as the standard says")
    func padding() {
        guard BlockHasher.isAvailable else { return }
        for count in 0...200 {
            let bytes = [UInt8](repeating: UInt8(count), count: count)
            var hasher = BlockHasher()
            bytes.withUnsafeBytes { hasher.update($0) }
            #expect(hasher.finalize() == Digest(hashing: bytes))
        }
    }
}
