/// The machine's resources at one moment.
struct ResourceSample: Sendable, Equatable {
    struct Memory: Sendable, Equatable {
        /// Of the control group when its limit is lower than the machine's memory.
        var totalByteCount: Int64
        var availableByteCount: Int64
        var usedByteCount: Int64 { max(0, totalByteCount - availableByteCount) }
        var percent: Double { totalByteCount > 0 ? 100 * Double(usedByteCount) / Double(totalByteCount) : 0 }
    }

    struct Disk: Sendable, Equatable {
        var totalByteCount: Int64
        var freeByteCount: Int64
        var usedByteCount: Int64 { max(0, totalByteCount - freeByteCount) }
        var percent: Double { totalByteCount > 0 ? 100 * Double(usedByteCount) / Double(totalByteCount) : 0 }
    }

    struct GPU: Sendable, Equatable {
        var id: Int
        var name: String
        var memoryPercent: Double
        var utilization: Double
        var temperature: Double
    }

    /// Microseconds since 1970.
    var time: Int64
    /// How busy the processors were since the last sample, 0 to 100.
    var processorPercent: Double
    var processorCount: Int
    /// Over 1, 5 and 15 minutes.
    var loadAverages: [Double]
    var memory: Memory
    /// The file system that holds the data.
    var disk: Disk
    var gpus: [GPU]
}
