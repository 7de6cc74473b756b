/// How busy and how full a GPU is. What its driver does not tell is nil.
package struct GPUReading: Sendable, Equatable {
    package struct Memory: Sendable, Equatable {
        package var usedByteCount: Int64
        package var totalByteCount: Int64

        /// 0 to 100.
        package var percent: Double { Self.percent(usedByteCount, of: totalByteCount) }

        fileprivate static func percent(_ part: Int64, of whole: Int64) -> Double {
            whole > 0 ? min(100, 100 * Double(part) / Double(whole)) : 0
        }
    }

    /// A process that computes on the GPU.
    package struct Process: Sendable, Equatable {
        /// As the driver counts: in a container it may be unknown, or another process's number.
        package var id: UInt32
        package var usedByteCount: Int64?
    }

    /// As nvidia-smi counts, from 0.
    package var index: Int
    package var uuid: String?
    package var name: String?
    /// The share of the driver's last sample period in which something was computed, 0 to 100.
    package var utilization: Double?
    package var memory: Memory?
    /// In degrees Celsius.
    package var temperature: Double?
    package var watts: Double?
    package var processes: [Process]?

    /// The share of the memory that a process holds, 0 to 100.
    package func percent(of process: Process) -> Double? {
        guard let memory, let used = process.usedByteCount else { return nil }
        return Memory.percent(used, of: memory.totalByteCount)
    }
}
