/// The random masks of a network's dropout layers, drawn from the seed and the training step.
package final class DropoutSource {
    let seed: UInt64
    /// The forward pass the next masks belong to; the same step gives the same masks.
    package var step: UInt64 = 0

    package init(seed: UInt64) {
        self.seed = seed
    }

    /// Fills the elements of `mask` in `groups` of four with 0, with `probability`, or 1 / (1 - probability), and multiplies
    /// `values` by them. The last group may reach past `count`, where nothing is written.
    func apply(
        to values: UnsafeMutablePointer<Float>, mask: UnsafeMutablePointer<Float>, count: Int, groups: Range<Int>,
        probability: Float, layer: Int
    ) {
        var stream = Philox(seed: seed, purpose: .dropout(layer: layer), step: step)
        stream.seek(block: groups.lowerBound)
        let kept = 1 / (1 - probability)
        let threshold = UInt32(min(Double(probability) * 0x1p32, 0x1p32 - 1))
        for group in groups {
            let words = stream.nextBlock()
            let index = 4 * group
            for lane in 0..<min(4, count - index) {
                let factor = words[lane] < threshold ? 0 : kept
                mask[index + lane] = factor
                values[index + lane] *= factor
            }
        }
    }
}
