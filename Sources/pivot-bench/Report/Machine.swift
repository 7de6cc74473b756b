import Foundation
import JSON

/// The machine that was measured on, and how busy it was.
struct Machine: Sendable {
    var processor: String
    var coreCount: Int
    var kernel: String
    /// Programs that wanted a core, averaged over the minute before.
    var load: Double

    /// Reads it from /proc.
    static func current() throws -> Machine {
        let cpuInfo = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        let model = cpuInfo.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
        return Machine(
            processor: model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown",
            coreCount: ProcessInfo.processInfo.activeProcessorCount,
            kernel: try String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines),
            load: try currentLoad())
    }

    /// The load average of the last minute.
    static func currentLoad() throws -> Double {
        let text = try String(contentsOfFile: "/proc/loadavg", encoding: .utf8)
        return Double(text.split(separator: " ").first ?? "") ?? .nan
    }
}
