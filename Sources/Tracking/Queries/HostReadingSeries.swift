/// The readings of one figure of one process's host, in the order of time: columns of equal length.
package struct HostReadingSeries: Sendable, Equatable {
    /// cpu.percent, memory.used_bytes, gpu.0.utilization, ...
    package var name: String
    package var rank: UInt32
    package var host: String
    /// Microseconds since 1970.
    package var times: [Int64]
    package var values: [Double]
    /// The number of readings; more than the columns hold when some were left out.
    package var readingCount: Int

    package init(name: String, rank: UInt32, host: String, times: [Int64], values: [Double], readingCount: Int) {
        self.name = name
        self.rank = rank
        self.host = host
        self.times = times
        self.values = values
        self.readingCount = readingCount
    }
}
