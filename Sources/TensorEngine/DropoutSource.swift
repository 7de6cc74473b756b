/// The random masks of a network's dropout layers, drawn from the seed and the training step.
final class DropoutSource {
    let seed: UInt64
    /// The forward pass the next masks belong to; the same step gives the same masks.
    var step: UInt64 = 0

    init(seed: UInt64) {
        self.seed = seed
    }

    /// Fills `mask` with 0, with `probability`, or 1 / (1 - probability).
    func fill(_ mask: UnsafeMutablePointer<Float>, count: Int, probability: Float, layer: Int) {
        var stream = Philox(seed: seed, purpose: .dropout(layer: layer), step: step)
        let kept = 1 / (1 - probability)
        let threshold = UInt32(min(Double(probability) * 0x1p32, 0x1p32 - 1))
        var index = 0
        while index < count {
            let words = stream.nextBlock()
            for lane in 0..<min(4, count - index) {
                mask[index + lane] = words[lane] < threshold ? 0 : kept
            }
            index += 4
        }
    }
}
