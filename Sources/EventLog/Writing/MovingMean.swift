import Glibc

/// The mean of the last numbers, in which each one counts less the longer ago it was added.
struct MovingMean: Sendable {
    /// 0 before the first number.
    private(set) var value: UInt64 = 0

    mutating func add(_ number: UInt64) {
        value = value == 0 ? number : value - value / 8 + number / 8
    }
}

/// A clock that only goes on.
enum MonotonicTime {
    /// The nanoseconds since some moment in the past.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
