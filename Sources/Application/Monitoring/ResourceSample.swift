package import Machine

/// The machine's resources at one moment.
package struct ResourceSample: Sendable, Equatable {
    package struct Disk: Sendable, Equatable {
        package var totalByteCount: Int64
        package var freeByteCount: Int64
        package var usedByteCount: Int64 { max(0, totalByteCount - freeByteCount) }
        package var percent: Double { totalByteCount > 0 ? 100 * Double(usedByteCount) / Double(totalByteCount) : 0 }
    }

    /// Microseconds since 1970.
    package var time: Int64
    /// The utilization of the processors since the last sample, 0 to 100; of the control group's limit when that is lower.
    package var processorPercent: Double
    /// The utilization of each of the machine's processors, 0 to 100, in the system's order.
    package var processorPercents: [Double]
    package var processorCount: Int
    /// The processors' worth of time that the control group allows, when that is fewer than there are.
    package var processorLimit: Double?
    /// Over 1, 5 and 15 minutes.
    package var loadAverages: [Double]
    /// Of the control group when its limit is lower than the machine's memory.
    package var memory: MachineMemory
    /// The file system that holds the data.
    package var disk: Disk
    package var gpus: [GPUReading]
}
