import Application
import Machine
import TestSupport
import Testing
import Tracking

@Suite("Sampling the server's machine")
struct ResourceMonitorTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        try processors(busy: 100, idle: 300)
        try folder.write("0.5 0.25 0.125 1/2 3\n", to: "proc/loadavg")
        try folder.write("MemTotal: 1000 kB\nMemAvailable: 250 kB\n", to: "proc/meminfo")
    }

    private func processors(busy: Int, idle: Int) throws {
        let each = ["cpu0", "cpu1"].map { "\($0) \(busy / 2) 0 0 \(idle / 2) 0 0 0 0 0 0\n" }
        try folder.write("cpu  \(busy) 0 0 \(idle) 0 0 0 0 0 0\n" + each.joined(), to: "proc/stat")
    }

    private func monitor(gpus: GPUMonitor? = nil) -> ResourceMonitor {
        ResourceMonitor(folder: folder.path, files: MachineFiles(root: folder.path), gpus: gpus) {
            Timestamp(rawValue: 5)
        }
    }

    @Test("the first sample is that since the machine's start, and later ones that since the one before")
    func samples() throws {
        let monitor = monitor()
        let first = monitor.latest
        #expect(first.time == 5 && first.processorPercent == 25 && first.processorPercents == [25, 25])
        #expect(first.processorLimit == nil && first.loadAverages == [0.5, 0.25, 0.125])
        #expect(first.memory.percent == 75 && first.disk.totalByteCount > 0 && first.gpus.isEmpty)
        try processors(busy: 400, idle: 400)
        try folder.write("MemTotal: 1000 kB\nMemAvailable: 500 kB\n", to: "proc/meminfo")
        monitor.sample()
        #expect(monitor.latest.processorPercent == 75 && monitor.latest.memory.percent == 50)
        // What cannot be read for once stays as it was.
        try folder.write("", to: "proc/stat")
        try folder.write("", to: "proc/meminfo")
        monitor.sample()
        #expect(monitor.latest.processorPercent == 75 && monitor.latest.memory.percent == 50)
    }

    @Test("in a limited control group, the first sample is already of its limit")
    func limited() throws {
        try folder.write("0::/job\n", to: "proc/self/cgroup")
        try folder.write("31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", to: "proc/self/mountinfo")
        try folder.write("50000 100000\n", to: "sys/fs/cgroup/job/cpu.max")
        try folder.write("usage_usec 900000\n", to: "sys/fs/cgroup/job/cpu.stat")
        let sample = monitor().latest
        #expect(sample.processorLimit == 0.5 && sample.processorPercent == 0 && sample.processorPercents == [0, 0])
    }

    @Test("GPUs are in the first sample already, and go when their driver answers no more")
    func gpus() async throws {
        let fake = try FakeNVML()
        let gpus = GPUMonitor(library: fake.library, interval: .milliseconds(1), patience: .seconds(600))
        gpus.waitForFirst(atMost: .seconds(60))
        let monitor = monitor(gpus: gpus)
        #expect(monitor.latest.gpus.map(\.index) == [0, 1])
        try fake.say("every 15")
        for _ in 0..<6000 where !monitor.latest.gpus.isEmpty {
            try await Task.sleep(for: .milliseconds(10))
            monitor.sample()
        }
        #expect(monitor.latest.gpus.isEmpty)
    }
}
