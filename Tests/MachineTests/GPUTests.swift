import Foundation
import Machine
import TestSupport
import Testing

@Suite("The GPUs")
struct GPUTests {
    /// The indices of the GPUs that a survey finds.
    private func indices(_ source: inout GPUSource) -> [Int] { source.survey().gpus.map(\.index) }

    @Test("each is read: what it is, how busy, how full, how warm, what it draws and who computes on it")
    func two() throws {
        let fake = try FakeNVML()
        var source = GPUSource(library: fake.library)
        let survey = source.survey()
        #expect(survey.trouble == nil && survey.gpus.map(\.index) == [0, 1])
        let gpu = survey.gpus[0]
        #expect(gpu.name == "Fake GPU A" && gpu.uuid == "GPU-0" && gpu.utilization == 87 && gpu.temperature == 64)
        #expect(
            gpu.watts == 250.5 && gpu.memory?.usedByteCount == 20_000_000_000
                && gpu.memory?.totalByteCount == 80_000_000_000
                && gpu.memory?.percent == 25)
        let processes = try #require(gpu.processes)
        #expect(processes.map(\.id) == [1000, 1001] && processes.map(\.usedByteCount) == [8_000_000_000, nil])
        #expect(processes.map(gpu.percent) == [10, nil])
        #expect(survey.gpus[1].utilization == 7 && survey.gpus[1].processes == [])
        #expect(fake.initializationCount == 1)
    }

    @Test("what the library or the GPU does not have is left out, and the rest is there")
    func leftOut() throws {
        let fake = try FakeNVML("NO_POWER", "NO_PROCESSES")
        try fake.say("utilization1 3", "memory1 4", "name1 3", "temperature0 999")
        var source = GPUSource(library: fake.library)
        let survey = source.survey()
        #expect(survey.trouble == nil && survey.gpus.count == 2)
        #expect(survey.gpus.allSatisfy { $0.watts == nil && $0.processes == nil })
        #expect(survey.gpus[0].temperature == nil && survey.gpus[0].utilization == 87)
        let second = survey.gpus[1]
        #expect(second.utilization == nil && second.memory == nil && second.name == nil && second.temperature == 65)
    }

    @Test("one that has no measurement at all is still there")
    func bare() throws {
        let fake = try FakeNVML()
        try fake.say("count 1", "utilization0 3", "memory0 3", "temperature0 3", "power0 3")
        var source = GPUSource(library: fake.library)
        let survey = source.survey()
        #expect(survey.gpus.map(\.name) == ["Fake GPU A"] && survey.trouble == nil)
    }

    @Test("one that answers only with errors is absent until it answers again")
    func lost() throws {
        let fake = try FakeNVML()
        var source = GPUSource(library: fake.library)
        #expect(indices(&source) == [0, 1])
        try fake.say("gpu0 15")
        let survey = source.survey()
        #expect(survey.gpus.map(\.index) == [1])
        #expect(survey.trouble == "GPU 0 answered with error 15 (GPU is lost).")
        try fake.say("count 2")
        #expect(indices(&source) == [0, 1])
        #expect(fake.initializationCount == 1)
    }

    @Test("the library is loaded anew when one keeps answering with errors")
    func loadedAnew() throws {
        let fake = try FakeNVML()
        try fake.say("gpu0 15")
        var source = GPUSource(library: fake.library)
        for _ in 0..<GPUSource.patience {
            #expect(fake.initializationCount <= 1)
            #expect(indices(&source) == [1])
        }
        #expect(indices(&source) == [1] && fake.initializationCount == 2)
    }

    @Test("a driver that answers nothing is asked again after a while")
    func reset() throws {
        let fake = try FakeNVML()
        var source = GPUSource(library: fake.library)
        #expect(indices(&source) == [0, 1])
        try fake.say("every 1", "init 9")
        #expect(source.survey().trouble?.contains("nvmlDeviceGetCount_v2 answered with error 1") == true)
        try fake.say("init 9")
        for _ in 1..<GPUSource.patience { #expect(indices(&source).isEmpty) }
        #expect(source.survey().trouble == "nvmlInit_v2 answered with error 9 (Driver Not Loaded).")
        #expect(fake.initializationCount == 2)
        try fake.say("count 2")
        for _ in 1..<GPUSource.patience { #expect(indices(&source).isEmpty) }
        #expect(indices(&source) == [0, 1] && source.survey().trouble == nil)
    }

    @Test("GPUs may come and go")
    func count() throws {
        let fake = try FakeNVML()
        var source = GPUSource(library: fake.library)
        for count in [2, 3, 1, 0, 2] {
            try fake.say("count \(count)")
            #expect(indices(&source) == Array(0..<count))
        }
        #expect(source.survey().trouble == nil)
    }

    @Test("processes are read whatever their number, from older drivers too", arguments: ["NEW", "OLD_PROCESSES"])
    func processes(version: String) throws {
        let fake = try FakeNVML(version)
        try fake.say("running0 500", "processes1 3")
        var source = GPUSource(library: fake.library)
        let survey = source.survey()
        #expect(survey.gpus[0].processes?.map(\.id) == Array(1000..<1500))
        #expect(survey.gpus[1].processes == nil)
    }

    @Test("a library that somebody names must be there, and be the right one")
    func named() {
        var missing = GPUSource(library: "/nowhere/libnvidia-ml.so.1")
        let survey = missing.survey()
        #expect(
            survey.gpus.isEmpty
                && survey.trouble?.contains("PIVOT_NVML_LIBRARY names cannot be loaded: /nowhere/libnvidia-ml.so.1")
                    == true
        )
        var other = GPUSource(library: "libc.so.6")
        #expect(other.survey().trouble == "libc.so.6 cannot be used as the NVIDIA library: it has no nvmlInit_v2.")
    }

    private static var hasDriver: Bool { dlopen("libnvidia-ml.so.1", RTLD_LAZY) != nil }

    @Test(
        "without a driver there are no GPUs, and nothing is said of it", .disabled(if: hasDriver), arguments: [nil, ""])
    func none(library: String?) {
        var source = GPUSource(library: library)
        for _ in 0..<2 * GPUSource.patience { #expect(source.survey() == GPUSurvey()) }
        let monitor = GPUMonitor(library: library)
        monitor.waitForFirst(atMost: .seconds(60))
        #expect(monitor.latest == GPUSurvey())
    }

    @Test("a driver that hangs stops nobody, and there are no readings until it goes on")
    func hang() async throws {
        let fake = try FakeNVML()
        let monitor = GPUMonitor(library: fake.library, interval: .milliseconds(1), patience: .milliseconds(300))
        func wait(until condition: () -> Bool) async throws {
            for _ in 0..<6000 where !condition() { try await Task.sleep(for: .milliseconds(10)) }
            #expect(condition())
        }
        try await wait { monitor.latest.gpus.count == 2 }
        try fake.say("hang 1")
        try await wait { monitor.latest.gpus.isEmpty && monitor.latest.trouble?.contains("not answered") == true }
        try fake.say("count 1")
        try await wait { monitor.latest.gpus.count == 1 }
        // Also from the start.
        try fake.say("hang 1")
        let hanging = GPUMonitor(library: fake.library, interval: .milliseconds(1), patience: .milliseconds(1))
        try await wait { hanging.latest.trouble?.contains("not answered") == true }
        try fake.say("count 1")
    }
}
