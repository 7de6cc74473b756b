import Machine
import TestSupport
import Testing

@Suite("How full the memory is")
struct MemoryTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        try folder.write("MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 250 kB\nHuge: x\n", to: "proc/meminfo")
    }

    private var files: MachineFiles { MachineFiles(root: folder.path) }

    private func group(_ path: String, limit: String, used: Int, unused: Int) throws {
        try folder.write("0::/slice/job\n", to: "proc/self/cgroup")
        try folder.write("31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", to: "proc/self/mountinfo")
        try folder.write("\(limit)\n", to: "sys/fs/cgroup\(path)/memory.max")
        try folder.write("\(used)\n", to: "sys/fs/cgroup\(path)/memory.current")
        try folder.write("anon 1\ninactive_file \(unused)\n", to: "sys/fs/cgroup\(path)/memory.stat")
    }

    @Test("the machine's memory is what is available and what is not")
    func machine() throws {
        let memory = try #require(files.memory())
        #expect(memory.totalByteCount == 1000 << 10 && memory.usedByteCount == 750 << 10 && memory.percent == 75)
    }

    @Test("a control group's limit that is lower counts, without the files that nothing uses")
    func limited() throws {
        try group("/slice/job", limit: "10000", used: 9000, unused: 4000)
        let memory = try #require(files.memory())
        #expect(memory.totalByteCount == 10_000 && memory.usedByteCount == 5000 && memory.percent == 50)
    }

    @Test("the lowest limit of the group and those above it counts, and one above the machine's memory does not")
    func outer() throws {
        try group("/slice/job", limit: "max", used: 100, unused: 0)
        #expect(files.memory()?.totalByteCount == 1000 << 10)
        try group("/slice", limit: "8000", used: 2000, unused: 0)
        #expect(files.memory()?.percent == 25)
        try group("/slice", limit: "99999999", used: 2000, unused: 0)
        #expect(files.memory()?.totalByteCount == 1000 << 10)
    }

    @Test("the limit of a container of version 1 counts too")
    func first() throws {
        try folder.write("4096\n", to: "sys/fs/cgroup/memory/memory.limit_in_bytes")
        try folder.write("1024\n", to: "sys/fs/cgroup/memory/memory.usage_in_bytes")
        #expect(files.memory()?.percent == 25)
    }

    @Test("this process holds memory, and one that is not there holds none")
    func resident() {
        #expect(MachineFiles().residentByteCount(of: nil) ?? 0 > 1 << 20)
        #expect(files.residentByteCount(of: 1) == nil)
    }
}
