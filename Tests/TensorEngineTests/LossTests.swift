import TensorEngine
import Testing

@Suite("Losses")
struct LossTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let shape: [Int]
        let loss: Double
        let gradient: Reference.Sample
        var testDescription: String { name }
    }

    /// Each fixture's loss and targets.
    static func setup(_ name: String, _ shape: VolumeShape) throws -> (Loss, [Float]) {
        let heat = Reference.pattern(shape.count, salt: 4).map { $0 + 0.5 }
        let mask = heat.map { $0 > 0.7 ? Float(1) : 0 }
        let focal = Loss.focal(alpha: 0.25, gamma: 2)
        switch name {
        case "soft dice": return (.softDice(smooth: 1), mask)
        case "focal": return (focal, mask)
        case "focal on a heatmap": return (.focal(alpha: 0.75, gamma: 1.5), heat)
        case "focal of gamma a half": return (.focal(alpha: 0.6, gamma: 0.5), mask)
        case "focal of gamma zero": return (.focal(alpha: 0.6, gamma: 0), heat)
        case "weighted binary cross entropy": return (.weightedBinaryCrossEntropy(positiveWeight: 3), heat)
        case "softmax cross entropy": return (.softmaxCrossEntropy, oneHot(shape))
        case "softmax dice": return (.softmaxDice(smooth: 0.5), oneHot(shape))
        default:
            #expect(name == "weighted sum")
            return (
                .weightedSum([.init(weight: 0.5, loss: .softDice(smooth: 1)), .init(weight: 2, loss: focal)]), mask
            )
        }
    }

    static func oneHot(_ shape: VolumeShape) -> [Float] {
        let scores = Reference.pattern(shape.count, salt: 5)
        var targets = [Float](repeating: 0, count: shape.count)
        for sample in 0..<shape.batch {
            for voxel in 0..<shape.voxelCount {
                let places = (0..<shape.channels).map { (sample * shape.channels + $0) * shape.voxelCount + voxel }
                let best = places.max { scores[$0] < scores[$1] } ?? 0
                targets[best] = 1
            }
        }
        return targets
    }

    static func evaluate(_ loss: Loss, _ shape: VolumeShape, _ logits: [Float], _ targets: [Float], threads: Int = 2)
        throws -> (
            value: Double, gradient: [Float]
        )
    {
        let evaluator = try LossEvaluator(loss, shape: shape, engine: ComputeEngine(threadCount: threads))
        var gradient = [Float](repeating: .nan, count: shape.count)
        let value = logits.withUnsafeBufferPointer { logits in
            targets.withUnsafeBufferPointer { targets in
                gradient.withUnsafeMutableBufferPointer { gradient in
                    evaluator.evaluate(logits.baseAddress!, targets.baseAddress!, gradient: gradient.baseAddress!)
                }
            }
        }
        return (value, gradient)
    }

    @Test("Value and gradient agree with PyTorch's", arguments: try Reference.load("losses", as: Case.self))
    func agrees(reference: Case) throws {
        let sizes = reference.shape
        let shape = VolumeShape(batch: sizes[0], channels: sizes[1], depth: sizes[2], height: sizes[3], width: sizes[4])
        let (loss, targets) = try Self.setup(reference.name, shape)
        let logits = Reference.pattern(shape.count, salt: 3, scale: 8)
        let result = try Self.evaluate(loss, shape, logits, targets)
        #expect(abs(result.value - reference.loss) < 1e-5 * abs(reference.loss))
        reference.gradient.expect(result.gradient, tolerance: 2e-5, "gradient")
    }

    @Test("The gradient is the slope of the value", arguments: try Reference.load("losses", as: Case.self))
    func slopes(reference: Case) throws {
        let sizes = reference.shape
        let shape = VolumeShape(batch: sizes[0], channels: sizes[1], depth: sizes[2], height: sizes[3], width: sizes[4])
        let (loss, targets) = try Self.setup(reference.name, shape)
        let logits = Reference.pattern(shape.count, salt: 3, scale: 8)
        let gradient = try Self.evaluate(loss, shape, logits, targets).gradient
        let scale = Double(gradient.map(abs).max() ?? 0)
        for index in stride(from: 0, to: shape.count, by: 7) {
            let step: Float = 0.0625
            var (above, below) = (logits, logits)
            above[index] += step
            below[index] -= step
            let slope =
                try
                (Self.evaluate(loss, shape, above, targets).value - Self.evaluate(loss, shape, below, targets).value)
                / Double(above[index] - below[index])
            #expect(abs(slope - Double(gradient[index])) < 4e-3 * scale, "element \(index)")
        }
    }

    static let allLosses: [Loss] = [
        .softDice(smooth: 1), .focal(alpha: 0.25, gamma: 2), .focal(alpha: 0.5, gamma: 1.5),
        .weightedBinaryCrossEntropy(positiveWeight: 2), .softmaxCrossEntropy, .softmaxDice(smooth: 1),
    ]

    @Test("Value and gradient have the same bits on any number of threads", arguments: allLosses)
    func threads(loss: Loss) throws {
        let shape = VolumeShape(batch: 2, channels: 3, depth: 17, height: 19, width: 21)
        let logits = Reference.pattern(shape.count, salt: 30, scale: 6)
        let targets = Self.oneHot(shape)
        var results: [[UInt32]] = []
        var values: [UInt64] = []
        for threads in 1...3 {
            let result = try Self.evaluate(loss, shape, logits, targets, threads: threads)
            results.append(result.gradient.map(\.bitPattern))
            values.append(result.value.bitPattern)
        }
        #expect(results[0] == results[1] && results[1] == results[2])
        #expect(values[0] == values[1] && values[1] == values[2])
    }

    @Test("A volume laid out several times over has the same mean loss", arguments: allLosses)
    func tiles(loss: Loss) throws {
        let small = VolumeShape(batch: 1, channels: 2, depth: 5, height: 9, width: 13)
        let large = VolumeShape(batch: 2, channels: 2, depth: 45, height: 9, width: 13)
        func tiled(_ values: [Float]) -> [Float] {
            let planes = (0..<2).map { Array(values[($0 * small.voxelCount)..<(($0 + 1) * small.voxelCount)]) }
            let sample = planes.flatMap { plane in (0..<9).flatMap { _ in plane } }
            return sample + sample
        }
        let logits = Reference.pattern(small.count, salt: 31, scale: 6)
        let targets = Self.oneHot(small)
        // The dice smoothing is scaled with the volume, so that the coefficient stays.
        var scaled = loss
        if case .softDice = loss { scaled = .softDice(smooth: 18) }
        if case .softmaxDice = loss { scaled = .softmaxDice(smooth: 18) }
        let one = try Self.evaluate(loss, small, logits, targets)
        let many = try Self.evaluate(scaled, large, tiled(logits), tiled(targets))
        #expect(abs(one.value - many.value) < 1e-6 * abs(one.value))
        let expected = tiled(one.gradient).map { $0 / 18 }
        let scale = expected.map(abs).max() ?? 0
        #expect(zip(many.gradient, expected).allSatisfy { abs($0 - $1) <= 1e-5 * scale })
    }

    @Test("Logits of any size give finite losses and gradients", arguments: [Float(-1e4), -90, 0, 90, 1e4])
    func extremes(logit: Float) throws {
        let shape = VolumeShape(batch: 1, channels: 3, depth: 1, height: 1, width: 3)
        let logits = [logit, 0, -logit, logit, logit, 0, 1, -1, -logit]
        let targets: [Float] = [1, 0, 0, 0, 1, 0, 0, 0, 1]
        let losses: [Loss] = [
            .softDice(smooth: 1), .focal(alpha: 0.25, gamma: 2), .focal(alpha: 0.25, gamma: 1.3),
            .focal(alpha: 0.25, gamma: 0.3), .focal(alpha: 0.25, gamma: 0),
            .weightedBinaryCrossEntropy(positiveWeight: 2), .softmaxCrossEntropy, .softmaxDice(smooth: 1),
        ]
        for loss in losses {
            let result = try Self.evaluate(loss, shape, logits, targets)
            #expect(result.value.isFinite && result.value >= 0, "\(loss)")
            #expect(result.gradient.allSatisfy { $0.isFinite }, "\(loss)")
        }
    }

    @Test("A logit that is no number makes the loss no number", arguments: allLosses)
    func notANumber(loss: Loss) throws {
        let shape = VolumeShape(batch: 1, channels: 2, depth: 1, height: 3, width: 7)
        for place in [0, 20, 21, 41] {
            var logits = Reference.pattern(shape.count, salt: 32)
            logits[place] = .nan
            let result = try Self.evaluate(loss, shape, logits, Self.oneHot(shape))
            #expect(result.value.isNaN, "element \(place)")
            #expect(result.gradient.contains { $0.isNaN }, "element \(place)")
        }
    }

    @Test("Values out of range and mixed heads are refused")
    func refusals() {
        let bad: [Loss] = [
            .softDice(smooth: 0), .focal(alpha: 1.5, gamma: 2), .focal(alpha: 0.5, gamma: -1),
            .weightedBinaryCrossEntropy(positiveWeight: 0), .weightedSum([]),
            .weightedSum([.init(weight: 1, loss: .softmaxCrossEntropy), .init(weight: 1, loss: .softDice(smooth: 1))]),
            .weightedSum([.init(weight: .nan, loss: .softmaxCrossEntropy)]),
        ]
        for loss in bad {
            #expect(throws: TensorEngineError.self) { try loss.validate() }
        }
    }

    @Test("Probabilities of a softmax sum to one and of a sigmoid mirror each other")
    func probabilities() {
        let shape = VolumeShape(batch: 1, channels: 3, depth: 1, height: 1, width: 11)
        let logits = Reference.pattern(shape.count, salt: 8, scale: 30)
        let softmax = logits.withUnsafeBufferPointer { Head.softmax.probabilities(of: $0, shape: shape) }
        for voxel in 0..<11 {
            #expect(abs(softmax[voxel] + softmax[11 + voxel] + softmax[22 + voxel] - 1) < 1e-6)
        }
        let sigmoid = logits.withUnsafeBufferPointer { Head.sigmoid.probabilities(of: $0, shape: shape) }
        let mirrored = logits.map { -$0 }.withUnsafeBufferPointer { Head.sigmoid.probabilities(of: $0, shape: shape) }
        for (one, other) in zip(sigmoid, mirrored) {
            #expect(abs(one + other - 1) < 1e-6)
        }
    }
}
