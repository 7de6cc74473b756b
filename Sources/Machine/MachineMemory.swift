/// The machine's memory, or that of a control group with a lower limit.
package struct MachineMemory: Sendable, Equatable {
    package var totalByteCount: Int64
    /// What programs could still get; what the system gives up for them, such as cached files, counts as available.
    package var availableByteCount: Int64

    package init(totalByteCount: Int64, availableByteCount: Int64) {
        self.totalByteCount = totalByteCount
        self.availableByteCount = min(max(0, availableByteCount), totalByteCount)
    }

    package var usedByteCount: Int64 { totalByteCount - availableByteCount }
    /// 0 to 100.
    package var percent: Double { totalByteCount > 0 ? 100 * Double(usedByteCount) / Double(totalByteCount) : 0 }
}
