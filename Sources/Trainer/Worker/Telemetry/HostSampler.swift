package import Machine
import SwiftProtobuf
package import Tracking

/// Reads how busy the host is. What the system does not tell, there are no readings of.
package struct HostSampler: Sendable {
    private let files: MachineFiles
    private let gpus: GPUMonitor?
    private let otherProcesses: @Sendable () -> [Int32]
    private var meter: ProcessorMeter

    /// - Parameters:
    ///   - gpus: What reads the GPUs; nil when none are to be read.
    ///   - otherProcesses: The processes that belong to the training besides this one.
    package init(
        files: MachineFiles = MachineFiles(), gpus: GPUMonitor? = nil,
        otherProcesses: @escaping @Sendable () -> [Int32] = { [] }
    ) {
        self.files = files
        self.gpus = gpus
        self.otherProcesses = otherProcesses
        meter = ProcessorMeter(files)
    }

    /// The share of processor time used since the last call, memory used on the host, memory used by the processes of the
    /// training, and the host's GPUs as they were within the last second. Processor time and memory are those of the
    /// control group where it has lower limits.
    ///
    /// The Python client's `host_readings.py` gives the same names to the same readings.
    package mutating func readings(at time: Timestamp) -> [HostReading] {
        var readings: [HostReading] = []
        func add(_ name: String, _ value: Double?) {
            guard let value else { return }
            readings.append(
                .with {
                    $0.time = time.rawValue
                    $0.name = name
                    $0.value = value
                })
        }
        add("cpu.percent", meter.measure()?.percent)
        let memory = files.memory()
        add("memory.used_bytes", memory.map { Double($0.usedByteCount) })
        add("memory.percent", memory?.percent)
        let resident = ([nil] + otherProcesses()).compactMap(files.residentByteCount(of:)).reduce(0, +)
        if resident > 0 { add("process.resident_bytes", Double(resident)) }
        for gpu in gpus?.latest.gpus ?? [] {
            add("gpu.\(gpu.index).utilization", gpu.utilization)
            add("gpu.\(gpu.index).memory_percent", gpu.memory?.percent)
            add("gpu.\(gpu.index).memory_used_bytes", gpu.memory.map { Double($0.usedByteCount) })
            add("gpu.\(gpu.index).temperature", gpu.temperature)
            add("gpu.\(gpu.index).power_watts", gpu.watts)
        }
        return readings
    }
}
