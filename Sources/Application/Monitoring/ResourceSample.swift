/// The machine's resources at one moment.
package struct ResourceSample: Sendable, Equatable {
    package struct Memory: Sendable, Equatable {
        /// Of the control group when its limit is lower than the machine's memory.
        package var totalByteCount: Int64
        package var availableByteCount: Int64
        package var usedByteCount: Int64 { max(0, totalByteCount - availableByteCount) }
        package var percent: Double { totalByteCount > 0 ? 100 * Double(usedByteCount) / Double(totalByteCount) : 0 }
    }

    package struct Disk: Sendable, Equatable {
        package var totalByteCount: Int64
        package var freeByteCount: Int64
        package var usedByteCount: Int64 { max(0, totalByteCount - freeByteCount) }
        package var percent: Double { totalByteCount > 0 ? 100 * Double(usedByteCount) / Double(totalByteCount) : 0 }
    }

    package struct GPU: Sendable, Equatable {
        package var id: Int
        package var name: String
        package var memoryPercent: Double
        package var usedByteCount: Int64
        package var totalByteCount: Int64
        package var utilization: Double
        package var temperature: Double
    }

    /// Microseconds since 1970.
    package var time: Int64
    /// The utilization of the processors since the last sample, 0 to 100.
    package var processorPercent: Double
    /// The utilization of each processor, 0 to 100, in the system's order.
    package var processorPercents: [Double]
    package var processorCount: Int
    /// Over 1, 5 and 15 minutes.
    package var loadAverages: [Double]
    package var memory: Memory
    /// The file system that holds the data.
    package var disk: Disk
    package var gpus: [GPU]
}
