import Testing
import Trainer

@Suite("Voxel metrics")
struct VoxelConfusionTests {
    @Test("dice and balanced accuracy follow from the counts")
    func values() {
        var confusion = VoxelConfusion()
        confusion.add(probabilities: [0.9, 0.5, 0.2, 0.1, 0.8, .nan], targets: [1, 1, 0.5, 0, 0.4, 0])
        #expect(confusion.truePositives == 2)
        #expect(confusion.falseNegatives == 1)
        #expect(confusion.falsePositives == 1)
        #expect(confusion.trueNegatives == 2)
        #expect(confusion.dice == 4.0 / 6)
        #expect(confusion.balancedAccuracy == (2.0 / 3 + 2.0 / 3) / 2)
    }

    @Test("logits count as their probabilities do, and counts add up")
    func logits() {
        let logits: [Float] = [2, 0, -1, -3, 1, .nan]
        let targets: [Float] = [1, 1, 0.5, 0, 0.4, 0]
        var confusion = VoxelConfusion()
        logits.withUnsafeBufferPointer { logits in
            targets.withUnsafeBufferPointer { confusion.add(logits: logits, targets: $0) }
        }
        var same = VoxelConfusion()
        same.add(probabilities: [0.9, 0.5, 0.2, 0.1, 0.8, .nan], targets: targets)
        #expect(confusion == same)
        confusion += same
        #expect(confusion.truePositives == 4 && confusion.trueNegatives == 4)
    }

    @Test("missing classes leave the other class's share, and nothing at all is perfect")
    func edges() {
        #expect(VoxelConfusion().dice == 1)
        #expect(VoxelConfusion().balancedAccuracy == 1)
        var negatives = VoxelConfusion()
        negatives.add(probabilities: [0.1, 0.9], targets: [0, 0])
        #expect(negatives.dice == 0)
        #expect(negatives.balancedAccuracy == 0.5)
        var positives = VoxelConfusion()
        positives.add(probabilities: [0.9, 0.9, 0.1, 0.1], targets: [1, 1, 1, 1])
        #expect(positives.balancedAccuracy == 0.5)
        #expect(positives.dice == 4.0 / 6)
    }
}
