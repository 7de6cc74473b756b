/// A training that only looks like one (`trainer`, kind `synthetic`).
package struct SyntheticSettings: Equatable, Sendable {
    package let stepsPerEpoch: Int
    /// Time a step takes.
    package let stepDuration: Duration
    /// Size of the state that a checkpoint holds.
    package let stateByteCount: Int
    /// Extra metrics reported each step.
    package let metricCount: Int
    /// Log lines reported each epoch.
    package let logLinesPerEpoch: Int
    /// The epoch in which failure is reported.
    package let failAtEpoch: Int?
    /// The epoch in which the process ends without a word.
    package let crashAtEpoch: Int?
    /// The number of attempts that crash before one goes on.
    package let crashCount: Int
    /// The epoch whose loss is NaN.
    package let nonfiniteAtEpoch: Int?

    init(_ section: ResolvedSection) {
        stepsPerEpoch = section.integer("steps_per_epoch")
        stepDuration = .microseconds(Int64((section.number("step_milliseconds") * 1000).rounded()))
        stateByteCount = section.integer("state_bytes")
        metricCount = section.integer("metric_count")
        logLinesPerEpoch = section.integer("log_lines_per_epoch")
        failAtEpoch = section.optionalInteger("fail_at_epoch")
        crashAtEpoch = section.optionalInteger("crash_at_epoch")
        crashCount = section.integer("crash_count")
        nonfiniteAtEpoch = section.optionalInteger("nonfinite_at_epoch")
    }
}
