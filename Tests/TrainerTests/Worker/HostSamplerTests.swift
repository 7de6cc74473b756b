import Machine
import TestSupport
import Testing
import Tracking
import Trainer

@Suite("Reading the trainer's host")
struct HostSamplerTests {
    private func names(_ readings: [HostReading]) -> [String] { readings.map(\.name) }

    @Test("processors, memory, the training's processes and the GPUs are read, under the names that all clients use")
    func readings() throws {
        let folder = try TemporaryDirectory()
        try folder.write("cpu  100 0 0 300 0 0 0 0\ncpu0 100 0 0 300 0 0 0 0\n", to: "proc/stat")
        try folder.write("MemTotal: 1000 kB\nMemAvailable: 250 kB\n", to: "proc/meminfo")
        try folder.write("9 1 0\n", to: "proc/self/statm")
        try folder.write("9 2 0\n", to: "proc/77/statm")
        let fake = try FakeNVML()
        try fake.say("power1 3", "memory1 3")
        let gpus = GPUMonitor(library: fake.library, patience: .seconds(600))
        gpus.waitForFirst(atMost: .seconds(60))
        var sampler = HostSampler(files: MachineFiles(root: folder.path), gpus: gpus) { [77, 78] }
        let first = sampler.readings(at: Timestamp(rawValue: 3))
        #expect(first.allSatisfy { $0.time == 3 } && !names(first).contains("cpu.percent"))
        try folder.write("cpu  400 0 0 400 0 0 0 0\ncpu0 400 0 0 400 0 0 0 0\n", to: "proc/stat")
        let readings = sampler.readings(at: Timestamp(rawValue: 4))
        var values = Dictionary(uniqueKeysWithValues: readings.map { ($0.name, $0.value) })
        let resident = values.removeValue(forKey: "process.resident_bytes") ?? 0
        #expect(resident >= 3 * 4096 && resident.truncatingRemainder(dividingBy: 3) == 0)
        #expect(
            values == [
                "cpu.percent": 75, "memory.used_bytes": 768_000, "memory.percent": 75,
                "gpu.0.utilization": 87, "gpu.0.memory_percent": 25, "gpu.0.memory_used_bytes": 2e10,
                "gpu.0.temperature": 64, "gpu.0.power_watts": 250.5,
                "gpu.1.utilization": 7, "gpu.1.temperature": 65,
            ])
    }

    @Test("where the system tells nothing, there are no readings")
    func nothing() throws {
        let folder = try TemporaryDirectory()
        var sampler = HostSampler(files: MachineFiles(root: folder.path))
        #expect(sampler.readings(at: Timestamp(rawValue: 3)).isEmpty)
    }
}
