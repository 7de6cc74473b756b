import Foundation
import Scans
import Testing
import Trainer
import TrainingConfiguration

@Suite("The volumes of the shipped configurations")
struct ShippedPhantomsTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test(
        "at least eight scans with at least twenty nodules are validated on, some of them without",
        arguments: ["quickstart.yaml", "train.yaml"])
    func enough(name: String) throws {
        let file = Self.repository.appending(path: "configs/\(name)")
        let text = try String(contentsOf: file, encoding: .utf8)
        let configuration = try TrainingConfiguration(resolving: ConfigurationSource(yaml: text))
        guard case .phantom(let settings)? = configuration.data else {
            Issue.record("\(name) does not train on phantoms")
            return
        }
        let window = IntensityWindow(try #require(configuration.preprocessing))
        let phantoms = PhantomVolumes(settings, window: window)
        let scans = (0..<phantoms.scanCount(of: .validation)).map { phantoms.scan(.validation, $0) }
        #expect(scans.count >= 8)
        #expect(scans.reduce(0) { $0 + $1.nodules.count } >= 20)
        #expect(scans.contains { $0.nodules.isEmpty })
        let sampler = PatchSampler(
            try #require(configuration.train), spacing: [1, 1, 1], task: settings.task,
            scanCount: settings.trainScanCount, seed: configuration.seed)
        #expect(sampler.batchesPerEpoch >= 10)
    }
}
