/// One value of a metric.
package struct MetricPoint: Sendable, Equatable {
    package var name: String
    package var attempt: UInt32
    package var step: Int64
    /// Microseconds since 1970.
    package var time: Int64
    package var value: Double

    package init(name: String, attempt: UInt32, step: Int64, time: Int64, value: Double) {
        self.name = name
        self.attempt = attempt
        self.step = step
        self.time = time
        self.value = value
    }
}
