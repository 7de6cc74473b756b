/// The busy and the total time of processors since the machine's start, in ticks.
package struct ProcessorTimes: Sendable, Equatable {
    package var busy: UInt64
    package var total: UInt64

    /// The machine's start.
    package static let zero = ProcessorTimes(busy: 0, total: 0)

    package init(busy: UInt64, total: UInt64) {
        self.busy = busy
        self.total = total
    }

    /// Reads a line of `/proc/stat` that begins with `cpu`; nil when it has too few numbers.
    init?(line: Substring) {
        let ticks = line.split(separator: " ").dropFirst().compactMap { UInt64($0) }
        guard ticks.count >= 5 else { return nil }
        // user nice system idle iowait irq softirq steal; guest times are part of user and nice already.
        total = ticks.prefix(8).reduce(0, +)
        busy = total - ticks[3] - ticks[4]
    }

    /// The utilization since `earlier`, 0 to 100; nil when no time has passed.
    package func percent(since earlier: ProcessorTimes) -> Double? {
        guard total > earlier.total, busy >= earlier.busy else { return nil }
        return min(100, 100 * Double(busy - earlier.busy) / Double(total - earlier.total))
    }
}
