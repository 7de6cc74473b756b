import TensorEngine
import Testing

@Suite("The step benchmark")
struct StepBenchmarkTests {
    @Test("Two runs end with the same loss, and their profile names every layer")
    func repeats() throws {
        var settings = TensorStepBenchmark.Settings()
        settings.stepCount = 2
        settings.patch = 8
        settings.depth = 2
        let first = try TensorStepBenchmark.run(settings)
        let second = try TensorStepBenchmark.run(settings)
        #expect(first.lastLoss.bitPattern == second.lastLoss.bitPattern)
        #expect(first.fastestMilliseconds > 0)
        #expect(first.fastestMilliseconds <= first.medianMilliseconds)
        let names = try TensorStepBenchmark.profile(settings).map(\.name)
        for layer in ["encoder.0.conv1", "encoder.1.norm2", "bottleneck.conv2", "up.1", "decoder.0.conv1", "head"] {
            #expect(names.contains { $0.hasPrefix(layer) }, "\(layer)")
        }
    }
}
