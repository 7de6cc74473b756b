/// The progress of the attempt that trains, or trained last.
package struct SessionProgress: Sendable, Equatable {
    package var attempt: UInt32
    /// The epoch under way, and the share of it that is done, 0 to 1.
    package var epoch: UInt32
    package var epochFraction: Double
    /// Optimizer updates since the session's start.
    package var step: UInt64
    /// The time of the report, in microseconds since 1970.
    package var time: Int64

    package init(attempt: UInt32, epoch: UInt32, epochFraction: Double, step: UInt64, time: Int64) {
        self.attempt = attempt
        self.epoch = epoch
        self.epochFraction = epochFraction
        self.step = step
        self.time = time
    }
}
