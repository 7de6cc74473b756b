import Machine
import TestSupport
import Testing

@Suite("How busy the processors are")
struct ProcessorTests {
    private let folder: TemporaryDirectory
    private let start = ContinuousClock.now

    init() throws { folder = try TemporaryDirectory() }

    private var files: MachineFiles { MachineFiles(root: folder.path) }

    /// Writes the ticks of four processors that were busy for so long, each for its part.
    private func processors(busy: Int, idle: Int) throws {
        let each = (0..<4).map { "cpu\($0) \(busy / 4) 0 0 \(idle / 4) 0 0 0 0 0 0" }
        try folder.write(
            (["cpu  \(busy) 0 0 \(idle) 0 0 0 0 0 0"] + each + ["intr 1 2", "ctxt 5"]).joined(separator: "\n"),
            to: "proc/stat")
    }

    private func group(_ path: String, mount: String = "/ /sys/fs/cgroup") throws {
        try folder.write("0::\(path)\n", to: "proc/self/cgroup")
        try folder.write("31 23 0:28 \(mount) rw - cgroup2 cgroup2 rw\n", to: "proc/self/mountinfo")
    }

    private func limit(_ quota: String, used: Int, of group: String) throws {
        try folder.write(quota + "\n", to: "sys/fs/cgroup\(group)/cpu.max")
        try folder.write("usage_usec \(used)\nuser_usec 1\n", to: "sys/fs/cgroup\(group)/cpu.stat")
    }

    /// The use that the meter measures so many seconds after the start.
    private func use(_ meter: inout ProcessorMeter, at seconds: Int) throws -> ProcessorMeter.Use {
        let use = meter.measure(at: start + .seconds(seconds))
        return try #require(use)
    }

    @Test("idle, iowait and times that are counted twice are not busy")
    func fields() throws {
        try folder.write("cpu  10 20 30 40 50 60 70 80 90 100\ncpu0 1 2 3 4\ncpu1 1 0 0 3 0\n", to: "proc/stat")
        let times = try #require(files.processorTimes())
        #expect(times.all == ProcessorTimes(busy: 10 + 20 + 30 + 60 + 70 + 80, total: 360))
        #expect(times.each == [ProcessorTimes(busy: 1, total: 4)])
    }

    @Test("the utilization is that between two calls, and there is none at the first and when no time has passed")
    func percents() throws {
        try processors(busy: 100, idle: 300)
        var meter = ProcessorMeter(files)
        let first = try use(&meter, at: 0)
        #expect(first.percent == nil && first.each == [25, 25, 25, 25] && first.limit == nil)
        try processors(busy: 400, idle: 400)
        #expect(try use(&meter, at: 1).percent == 75)
        #expect(try use(&meter, at: 2).percent == nil)
    }

    @Test("a limit of the control group that is lower is what is used")
    func limited() throws {
        try group("/job")
        try processors(busy: 0, idle: 0)
        try limit("150000 100000", used: 1_000_000, of: "/job")
        var meter = ProcessorMeter(files)
        #expect(try use(&meter, at: 0).percent == nil)
        try processors(busy: 400, idle: 0)
        try limit("150000 100000", used: 4_000_000, of: "/job")
        let measured = try use(&meter, at: 4)
        #expect(measured.limit == 1.5 && measured.percent == 50 && measured.each == [100, 100, 100, 100])
        // A burst.
        try limit("150000 100000", used: 9_000_000, of: "/job")
        #expect(try use(&meter, at: 5).percent == 100)
    }

    @Test("the lowest limit of the group and those above it holds, and the use is that of the group that has it")
    func outer() throws {
        try group("/slice/job/inner")
        try processors(busy: 0, idle: 100)
        try limit("max 100000", used: 7, of: "/slice/job/inner")
        try limit("300000 100000", used: 0, of: "/slice/job")
        try limit("50000 100000", used: 0, of: "/slice")
        #expect(
            files.controlGroups() == ["/slice/job/inner", "/slice/job", "/slice", ""].map { "/sys/fs/cgroup" + $0 })
        #expect(files.processorLimit()?.processors == 0.5)
        #expect(files.usableProcessorCount() == 1)
        var meter = ProcessorMeter(files)
        _ = meter.measure(at: start)
        try limit("300000 100000", used: 3_000_000, of: "/slice/job")
        try limit("50000 100000", used: 250_000, of: "/slice")
        #expect(try use(&meter, at: 2).percent == 25)
        // Another group's use cannot be compared with this one's.
        try limit("max 100000", used: 0, of: "/slice")
        #expect(try use(&meter, at: 3).percent == nil)
    }

    @Test(
        "a limit that is not lower than the processors, or that cannot be read, is none",
        arguments: ["400000 100000", "max 100000", "-1 0", "", "x y"])
    func unlimited(quota: String) throws {
        try group("/job")
        try processors(busy: 0, idle: 100)
        try limit(quota, used: 0, of: "/job")
        var meter = ProcessorMeter(files)
        _ = meter.measure(at: start)
        try processors(busy: 100, idle: 100)
        let measured = try use(&meter, at: 1)
        #expect(measured.limit == nil && measured.percent == 100)
    }

    @Test(
        "the groups that a container sees are found",
        arguments: [
            ("/", "/ /sys/fs/cgroup", ["/sys/fs/cgroup"]),
            ("/docker/a/b", "/docker/a /sys/fs/cgroup", ["/sys/fs/cgroup/b", "/sys/fs/cgroup"]),
            ("/docker/a", "/docker/b /sys/fs/cgroup", []), ("/../outside", "/ /sys/fs/cgroup", []),
        ])
    func places(path: String, mount: String, folders: [String]) throws {
        try group(path, mount: mount)
        #expect(files.controlGroups() == folders)
    }

    @Test("where there are no such files, nothing is said")
    func nothing() {
        var meter = ProcessorMeter(files)
        #expect(meter.measure() == nil && files.memory() == nil && files.loadAverages() == nil)
        #expect(files.controlGroups().isEmpty && files.processorLimit() == nil)
        #expect(files.usableProcessorCount() >= 1)
    }
}
