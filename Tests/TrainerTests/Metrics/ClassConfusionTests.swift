import Testing
import Trainer

@Suite("Counting voxels of several labels")
struct ClassConfusionTests {
    @Test("dice of each label and their mean are what the definition says", arguments: 0..<5 as Range<UInt64>, 2...4)
    func direct(seed: UInt64, classCount: Int) {
        var state = seed &+ 1
        func random(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let voxelCount = 500
        let labels: [Float] = (0..<voxelCount).map { _ in Float(random(below: classCount)) }
        let logits: [Float] = (0..<classCount * voxelCount).map { _ in Float(random(below: 1 << 20)) }
        var confusion = ClassConfusion(classCount: classCount)
        logits.withUnsafeBufferPointer { logits in
            labels.withUnsafeBufferPointer { confusion.add(logits: logits, labels: $0) }
        }
        let predicted: [Int] = (0..<voxelCount).map { voxel in
            let values = (0..<classCount).map { logits[$0 * voxelCount + voxel] }
            return values.firstIndex(of: values.max() ?? 0) ?? 0
        }
        var sum = 0.0
        for label in 0..<classCount {
            let hits = zip(labels, predicted).count { Int($0) == label && $1 == label }
            let wanted = labels.count { Int($0) == label } + predicted.count { $0 == label }
            #expect(confusion.dice(of: label) == Double(2 * hits) / Double(wanted))
            if label > 0 { sum += confusion.dice(of: label) }
        }
        #expect(confusion.meanDice == sum / Double(classCount - 1))
        let foreground = confusion.foreground
        #expect(foreground.truePositives == zip(labels, predicted).count { $0 > 0 && $1 > 0 })
        #expect(foreground.falsePositives == zip(labels, predicted).count { $0 == 0 && $1 > 0 })
        #expect(foreground.trueNegatives == zip(labels, predicted).count { $0 == 0 && $1 == 0 })
    }

    @Test("a batch of one-hot targets counts as its labels")
    func batch() {
        let labels: [[Float]] = [[0, 1, 2, 1], [2, 2, 0, 1]]
        let logits: [Float] = (0..<24).map { Float(($0 * 7) % 11) }
        var (direct, batch) = (ClassConfusion(classCount: 3), ClassConfusion(classCount: 3))
        for sample in 0..<2 {
            Array(logits[sample * 12..<(sample + 1) * 12]).withUnsafeBufferPointer { logits in
                labels[sample].withUnsafeBufferPointer { direct.add(logits: logits, labels: $0) }
            }
        }
        var oneHot: [Float] = []
        for labels in labels {
            for label in 0..<3 { oneHot += labels.map { Int($0) == label ? 1 : 0 } }
        }
        logits.withUnsafeBufferPointer { logits in
            oneHot.withUnsafeBufferPointer { batch.add(logits: logits, oneHot: $0, batchCount: 2) }
        }
        #expect(direct == batch)
    }

    @Test("a label that neither occurs nor is predicted is right, and of equal logits the first counts")
    func edges() {
        var confusion = ClassConfusion(classCount: 3)
        let logits: [Float] = [1, 1, .nan, .nan, .nan, .nan]
        let labels: [Float] = [0, 0]
        logits.withUnsafeBufferPointer { logits in
            labels.withUnsafeBufferPointer { confusion.add(logits: logits, labels: $0) }
        }
        #expect(confusion.count(truth: 0, predicted: 0) == 2)
        #expect(confusion.dice(of: 2) == 1)
    }
}
