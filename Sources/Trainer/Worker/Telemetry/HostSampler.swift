import Foundation
import SwiftProtobuf
package import Tracking

/// Reads how busy the host is, from the kernel's counters. Where there are none, there are no readings.
package struct HostSampler: Sendable {
    private var lastCPU: (busy: Double, total: Double)?
    private let otherProcesses: @Sendable () -> [Int32]

    /// - Parameter otherProcesses: The processes that belong to the training besides this one.
    package init(otherProcesses: @escaping @Sendable () -> [Int32] = { [] }) {
        self.otherProcesses = otherProcesses
    }

    /// The share of processor time used since the last call, memory used on the host, and memory used by the processes of
    /// the training.
    package mutating func readings(at time: Timestamp) -> [HostReading] {
        var readings: [HostReading] = []
        func add(_ name: String, _ value: Double) {
            readings.append(
                .with {
                    $0.time = time.rawValue
                    $0.name = name
                    $0.value = value
                })
        }
        if let now = Self.processorTimes() {
            if let last = lastCPU, now.total > last.total {
                add("cpu.percent", 100 * (now.busy - last.busy) / (now.total - last.total))
            }
            lastCPU = now
        }
        let memory = Self.memory()
        if let total = memory["MemTotal"], let available = memory["MemAvailable"] {
            add("memory.used_bytes", total - available)
            add("memory.percent", 100 * (total - available) / total)
        }
        let processes = ["self"] + otherProcesses().map(String.init)
        let resident = processes.compactMap(Self.residentPages).reduce(0, +)
        if resident > 0 { add("process.resident_bytes", resident * Double(sysconf(Int32(_SC_PAGESIZE)))) }
        return readings
    }

    /// The memory pages that a process holds; nil when it has gone.
    private static func residentPages(of process: String) -> Double? {
        guard let pages = text("/proc/\(process)/statm")?.split(separator: " "), pages.count > 1 else { return nil }
        return Double(pages[1])
    }

    private static func processorTimes() -> (busy: Double, total: Double)? {
        guard let line = text("/proc/stat")?.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
        let times = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard times.count >= 5 else { return nil }
        let total = times.prefix(8).reduce(0, +)
        return (total - times[3] - times[4], total)
    }

    /// The lines of /proc/meminfo in bytes.
    private static func memory() -> [String: Double] {
        var values: [String: Double] = [:]
        for line in (text("/proc/meminfo") ?? "").split(separator: "\n") {
            let parts = line.split(separator: ":")
            guard parts.count == 2, let number = parts[1].split(separator: " ").first.flatMap({ Double($0) }) else {
                continue
            }
            values[String(parts[0])] = number * 1024
        }
        return values
    }

    private static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
