import TensorEngine
import Testing

@Suite("Optimizers and schedules beside PyTorch")
struct OptimizerTests {
    struct OptimizerCase: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let weights: [Double]
        var testDescription: String { name }
    }

    struct ScheduleCase: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let rates: [Double]
        let observations: [Double]
        var testDescription: String { name }
    }

    static let optimizers: [String: (OptimizerConfiguration, Double)] = [
        "adam": (.adam(.init()), 0.01),
        "adam with decay": (.adam(.init(beta1: 0.8, beta2: 0.99, weightDecay: 0.1)), 0.01),
        "adamw": (.adamW(.init(weightDecay: 0.1)), 0.01),
        "sgd": (.sgd(.init(weightDecay: 0.01)), 0.1),
        "sgd with momentum": (.sgd(.init(momentum: 0.9, weightDecay: 0.01)), 0.1),
        "sgd with nesterov": (.sgd(.init(momentum: 0.9, nesterov: true)), 0.1),
    ]

    @Test("Five updates agree with PyTorch's", arguments: try Reference.load("optimizers", as: OptimizerCase.self))
    func updates(reference: OptimizerCase) throws {
        let (configuration, rate) = try #require(Self.optimizers[reference.name])
        let probe = try OptimizerProbe(configuration, weights: Reference.pattern(200, salt: 6))
        for step in 0..<5 {
            try probe.update(gradient: Reference.pattern(200, salt: 20 + step), learningRate: rate)
        }
        let picked = stride(from: 0, to: 200, by: 7).map { Double(probe.weights[$0]) }
        for (value, expected) in zip(picked, reference.weights) {
            #expect(abs(value - expected) < 2e-6)
        }
    }

    @Test("An optimizer continued from its state repeats the bits", arguments: optimizers.keys.sorted())
    func resume(name: String) throws {
        let (configuration, rate) = try #require(Self.optimizers[name])
        let whole = try OptimizerProbe(configuration, weights: Reference.pattern(100, salt: 6))
        for step in 0..<6 { try whole.update(gradient: Reference.pattern(100, salt: step), learningRate: rate) }
        let first = try OptimizerProbe(configuration, weights: Reference.pattern(100, salt: 6))
        for step in 0..<3 { try first.update(gradient: Reference.pattern(100, salt: step), learningRate: rate) }
        let second = try OptimizerProbe(configuration, weights: first.weights)
        try second.restore(first.state)
        for step in 3..<6 { try second.update(gradient: Reference.pattern(100, salt: step), learningRate: rate) }
        #expect(second.weights.map(\.bitPattern) == whole.weights.map(\.bitPattern))
    }

    @Test("A schedule gives PyTorch's rates", arguments: try Reference.load("schedules", as: ScheduleCase.self))
    func rates(reference: ScheduleCase) throws {
        var schedule = try Self.schedule(reference.name)
        for (epoch, expected) in reference.rates.enumerated() {
            #expect(abs(schedule.rate(at: epoch) - expected) < 1e-12, "epoch \(epoch)")
            if !reference.observations.isEmpty {
                // The state passes through its stored form at every epoch.
                var restored = try Self.schedule(reference.name)
                try restored.restore(schedule.state)
                restored.observe(reference.observations[epoch])
                schedule = restored
            }
        }
    }

    static func schedule(_ name: String) throws -> LearningRateSchedule {
        switch name {
        case "cosine": try LearningRateSchedule(base: 0.1, course: .cosine(length: 19, minimum: 0.001))
        case "step": try LearningRateSchedule(base: 0.1, course: .step(every: 6, factor: 0.5))
        case "plateau":
            try LearningRateSchedule(
                base: 0.1,
                course: .plateau(factor: 0.5, patience: 2, threshold: 1e-4, minimum: 0, mode: .minimize))
        case "plateau upwards":
            try LearningRateSchedule(
                base: 0.1,
                course: .plateau(factor: 0.1, patience: 1, threshold: 1e-4, minimum: 1e-3, mode: .maximize))
        default:
            try LearningRateSchedule(base: 0.1, course: .cosine(length: 14, minimum: 0.01), warmUp: 5)
        }
    }

    @Test("After its length a cosine stays at its minimum, and a constant never moves")
    func ends() throws {
        let cosine = try LearningRateSchedule(base: 0.1, course: .cosine(length: 3, minimum: 0.02))
        #expect(abs(cosine.rate(at: 3) - 0.02) < 1e-15)
        #expect(cosine.rate(at: 1000) == cosine.rate(at: 3))
        let constant = try LearningRateSchedule(base: 0.1, warmUp: 2)
        #expect(constant.rate(at: 0) == 0.05)
        #expect(constant.rate(at: 1) == 0.1)
        #expect(constant.rate(at: 99) == 0.1)
    }

    @Test("Values out of range are refused")
    func refusals() {
        let courses: [LearningRateSchedule.Course] = [
            .cosine(length: 0, minimum: 0), .cosine(length: 5, minimum: 1), .step(every: 0, factor: 0.5),
            .step(every: 1, factor: 0), .plateau(factor: 1, patience: 1, threshold: 0, minimum: 0, mode: .minimize),
            .plateau(factor: 0.5, patience: -1, threshold: 0, minimum: 0, mode: .minimize),
        ]
        for course in courses {
            #expect(throws: TensorEngineError.self) { try LearningRateSchedule(base: 0.1, course: course) }
        }
        #expect(throws: TensorEngineError.self) { try LearningRateSchedule(base: .nan) }
        let optimizers: [OptimizerConfiguration] = [
            .adam(.init(beta1: 1)), .adamW(.init(epsilon: 0)), .sgd(.init(nesterov: true)),
            .sgd(.init(weightDecay: -1)),
        ]
        for optimizer in optimizers {
            #expect(throws: TensorEngineError.self) { try optimizer.validate() }
        }
    }
}
