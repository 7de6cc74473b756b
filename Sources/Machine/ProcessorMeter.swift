/// Measures how busy the processors are between one call and the next.
package struct ProcessorMeter: Sendable {
    /// How busy the processors were.
    package struct Use: Sendable, Equatable {
        /// The utilization of all processors, 0 to 100; of the control group's limit when that is lower. Nil when there is
        /// nothing yet to compare with.
        package var percent: Double?
        /// The utilization of each of the machine's processors, 0 to 100.
        package var each: [Double] = []
        /// The processors' worth of time that the control group allows; nil when that is not fewer than there are.
        package var limit: Double?

        package init() {}

        fileprivate init(percent: Double?, each: [Double], limit: Double?) {
            (self.percent, self.each, self.limit) = (percent, each, limit)
        }
    }

    private struct Measurement: Sendable {
        let all: ProcessorTimes
        let each: [ProcessorTimes]
        let limit: ProcessorLimit?
        let instant: ContinuousClock.Instant
    }

    private let files: MachineFiles
    private var last: Measurement?

    package init(_ files: MachineFiles = MachineFiles()) { self.files = files }

    /// The use of the processors since the call before; of each of them, at the first call, since the machine's start.
    ///
    /// - Returns: Nil where the system does not tell.
    package mutating func measure(at instant: ContinuousClock.Instant = .now) -> Use? {
        guard let times = files.processorTimes() else { return nil }
        let limit = files.processorLimit().flatMap { $0.processors < Double(times.each.count) ? $0 : nil }
        let now = Measurement(all: times.all, each: times.each, limit: limit, instant: instant)
        defer { last = now }
        let earlier = last?.each ?? times.each.map { _ in .zero }
        let each = zip(times.each, earlier).map { $0.percent(since: $1) ?? 0 }
        return Use(percent: last.flatMap { percent(of: now, since: $0) }, each: each, limit: limit?.processors)
    }

    private func percent(of now: Measurement, since last: Measurement) -> Double? {
        guard let limit = now.limit else { return now.all.percent(since: last.all) }
        let microseconds = (now.instant - last.instant) / .microseconds(1)
        // The use of another group says nothing of this one.
        guard let before = last.limit, before.group == limit.group, microseconds > 0 else { return nil }
        let used = Double(max(0, limit.usedMicroseconds - before.usedMicroseconds))
        // A group may use in one period what it had left in another.
        return min(100, 100 * used / (microseconds * limit.processors))
    }
}
