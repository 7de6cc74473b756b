import Foundation

/// What Linux tells of the machine in `/proc` and `/sys`.
///
/// What cannot be read is nil or empty: elsewhere than on Linux there are no such files.
package struct MachineFiles: Sendable {
    private let root: String

    /// - Parameter root: A folder whose `proc` and `sys` are read instead, for tests.
    package init(root: String = "") { self.root = root }

    /// The times of all processors together and of each, from `/proc/stat`.
    package func processorTimes() -> (all: ProcessorTimes, each: [ProcessorTimes])? {
        let lines = (text("/proc/stat") ?? "").split(separator: "\n").prefix { $0.hasPrefix("cpu") }
        let times = lines.compactMap(ProcessorTimes.init(line:))
        return times.first.map { ($0, Array(times.dropFirst())) }
    }

    /// Over 1, 5 and 15 minutes.
    package func loadAverages() -> [Double]? {
        let numbers = text("/proc/loadavg")?.split(separator: " ").prefix(3).compactMap { Double($0) } ?? []
        return numbers.count == 3 ? numbers : nil
    }

    /// The machine's memory, or that of this process's control group, or of one above it, with the lowest limit.
    package func memory() -> MachineMemory? {
        var kilobytes: [Substring: Int64] = [:]
        for line in (text("/proc/meminfo") ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count >= 2, let number = Int64(fields[1]) { kilobytes[fields[0]] = number }
        }
        guard let total = kilobytes["MemTotal:"], let available = kilobytes["MemAvailable:"], total > 0 else {
            return nil
        }
        let machine = MachineMemory(totalByteCount: total << 10, availableByteCount: available << 10)
        guard let group = groupMemory(), group.totalByteCount < machine.totalByteCount else { return machine }
        return group
    }

    /// The memory that a process, or without one this process, holds; nil when it has gone.
    package func residentByteCount(of process: Int32?) -> Int64? {
        let pages = text("/proc/\(process.map(String.init) ?? "self")/statm")?.split(separator: " ") ?? []
        return pages.count > 1 ? Int64(pages[1]).map { $0 * Int64(sysconf(Int32(_SC_PAGESIZE))) } : nil
    }

    /// The folders of this process's control group (version 2) and of those above it, from the innermost.
    package func controlGroups() -> [String] {
        ControlGroupPlace(mounts: text("/proc/self/mountinfo") ?? "", groups: text("/proc/self/cgroup") ?? "")?
            .folders ?? []
    }

    /// The lowest limit of processor time among this process's control group and those above it, and what its processes
    /// have used; nil when none has one.
    ///
    /// `cpu.max` has the microseconds of processor time in each period of so many microseconds, or `max`. Source: the
    /// kernel's Documentation/admin-guide/cgroup-v2.rst.
    package func processorLimit() -> ProcessorLimit? {
        let limits = controlGroups().compactMap { folder -> ProcessorLimit? in
            let fields = text(folder + "/cpu.max")?.split { $0.isWhitespace } ?? []
            guard fields.count == 2, let quota = Double(fields[0]), let period = Double(fields[1]), quota > 0,
                period > 0, let used = value("usage_usec", in: folder + "/cpu.stat")
            else { return nil }
            return ProcessorLimit(group: folder, processors: quota / period, usedMicroseconds: used)
        }
        return limits.min { $0.processors < $1.processors }
    }

    /// The processors that this process may keep busy: those that the system lets it run on, or as many as its control
    /// group's limit comes to, rounded up.
    package func usableProcessorCount() -> Int {
        let count = ProcessInfo.processInfo.activeProcessorCount
        guard let limit = processorLimit(), limit.processors < Double(count) else { return count }
        return max(1, Int(limit.processors.rounded(.up)))
    }

    /// The memory of the control group with the lowest limit. What it holds of files that nothing uses now counts as
    /// available, as it does for the whole machine.
    private func groupMemory() -> MachineMemory? {
        let first = "/sys/fs/cgroup/memory"
        let groups =
            controlGroups().compactMap { folder in
                memory(
                    limit: folder + "/memory.max", used: folder + "/memory.current",
                    unusedFiles: ("inactive_file", folder + "/memory.stat"))
            }
            + [
                // Version 1, as it lies in a container.
                memory(
                    limit: first + "/memory.limit_in_bytes", used: first + "/memory.usage_in_bytes",
                    unusedFiles: ("total_inactive_file", first + "/memory.stat"))
            ].compactMap { $0 }
        return groups.min { $0.totalByteCount < $1.totalByteCount }
    }

    private func memory(limit: String, used: String, unusedFiles: (key: String, path: String)) -> MachineMemory? {
        guard let limit = number(limit), let used = number(used) else { return nil }
        let unused = value(unusedFiles.key, in: unusedFiles.path) ?? 0
        return MachineMemory(totalByteCount: limit, availableByteCount: limit - max(0, used - unused))
    }

    /// The number behind `key` in a file with a key and a number on each line.
    private func value(_ key: String, in path: String) -> Int64? {
        let line = text(path)?.split(separator: "\n").first { $0.hasPrefix(key + " ") }
        return line.flatMap { Int64($0.dropFirst(key.count + 1)) }
    }

    private func number(_ path: String) -> Int64? {
        text(path).flatMap { Int64($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// These files have no size, so that they are read to their end.
    private func text(_ path: String) -> String? {
        guard let file = fopen(root + path, "re") else { return nil }
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
