import Foundation

/// The busy and the total time of the processors since the machine's start, in ticks.
package struct ProcessorTimes: Sendable, Equatable {
    var busy: UInt64
    var total: UInt64

    /// The utilization since `earlier`, 0 to 100; 0 when no time has passed.
    func percent(since earlier: ProcessorTimes) -> Double {
        guard total > earlier.total, busy >= earlier.busy else { return 0 }
        return min(100, 100 * Double(busy - earlier.busy) / Double(total - earlier.total))
    }
}

/// Reads Linux's `/proc` and the limits of the control group.
package struct ProcFiles: Sendable {
    private let root: String

    /// - Parameter root: Another place for `/proc` and `/sys`, for tests.
    init(root: String = "") { self.root = root }

    /// The times of all processors together and of each, from `/proc/stat`; nil when there are none.
    func processorTimes() -> (all: ProcessorTimes, each: [ProcessorTimes])? {
        let times = (text("/proc/stat")?.split(separator: "\n") ?? []).prefix { $0.hasPrefix("cpu") }.compactMap {
            line in
            let fields = line.split(separator: " ").dropFirst().compactMap { UInt64($0) }
            // user nice system idle iowait irq softirq steal; guest times are part of user already.
            let total = fields.prefix(8).reduce(0, +)
            return fields.count >= 5 ? ProcessorTimes(busy: total - fields[3] - fields[4], total: total) : nil
        }
        return times.first.map { ($0, Array(times.dropFirst())) }
    }

    /// Three numbers; zeros when they cannot be read.
    func loadAverages() -> [Double] {
        let numbers = text("/proc/loadavg")?.split(separator: " ").prefix(3).compactMap { Double($0) } ?? []
        return numbers.count == 3 ? numbers : [0, 0, 0]
    }

    /// The machine's memory, or the control group's when that is less.
    func memory() -> ResourceSample.Memory {
        var total: Int64 = 0
        var available: Int64 = 0
        for line in text("/proc/meminfo")?.split(separator: "\n") ?? [] {
            let fields = line.split(separator: " ")
            guard fields.count >= 2, let kilobytes = Int64(fields[1]) else { continue }
            if fields[0] == "MemTotal:" { total = kilobytes << 10 }
            if fields[0] == "MemAvailable:" { available = kilobytes << 10 }
        }
        if let limit = number("/sys/fs/cgroup/memory.max") ?? number("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
            limit < total,
            let used = number("/sys/fs/cgroup/memory.current") ?? number("/sys/fs/cgroup/memory/memory.usage_in_bytes")
        {
            return .init(totalByteCount: limit, availableByteCount: max(0, limit - used))
        }
        return .init(totalByteCount: total, availableByteCount: min(available, total))
    }

    private func number(_ path: String) -> Int64? {
        text(path).flatMap { Int64($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// These files have no size, so that they are read to their end.
    private func text(_ path: String) -> String? {
        guard let file = fopen(root + path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
