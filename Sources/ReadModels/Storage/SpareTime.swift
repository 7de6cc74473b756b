import Glibc

/// The time that a thread's long work may take: all of it while the rest of the process does nothing, and a tenth
/// otherwise.
///
/// The priority of a thread is not enough for that. On a free core it runs all the same, and takes caches, memory
/// bandwidth and the locks of the process's memory: lists of 100,000 sessions took three times as long beside a check of
/// the file at niceness 19.
struct SpareTime {
    /// The longest piece of work between two looks at the rest of the process.
    private static let piece = Duration.milliseconds(1)
    /// The pause beside others, as a multiple of the piece before it.
    private static let pauseFactor = 9
    /// The share of the time that the rest of the process may be at work, in percent, and count as doing nothing.
    private static let idlePercent = 2

    private let clock = ContinuousClock()
    private var start: ContinuousClock.Instant
    /// The end of the last pause, and what the rest of the process had used at `start`.
    private var usedByOthers: Duration
    private var workStart: ContinuousClock.Instant

    init() {
        start = clock.now
        workStart = start
        usedByOthers = Self.usedByOthers()
    }

    /// Waits when a piece of the work is done and others are at work. Called often, by the thread that works.
    mutating func pass() {
        let now = clock.now
        let worked = now - workStart
        guard worked >= Self.piece else { return }
        let used = Self.usedByOthers()
        let areOthersBusy = (used - usedByOthers) * 100 > (now - start) * Self.idlePercent
        (start, usedByOthers) = (now, used)
        if areOthersBusy {
            // A signal may end it early, which is no harm.
            usleep(UInt32(worked * Self.pauseFactor / .microseconds(1)))
        }
        workStart = clock.now
    }

    /// The processor time of the process without this thread's.
    private static func usedByOthers() -> Duration {
        time(of: CLOCK_PROCESS_CPUTIME_ID) - time(of: CLOCK_THREAD_CPUTIME_ID)
    }

    private static func time(of clock: clockid_t) -> Duration {
        var value = timespec()
        clock_gettime(clock, &value)
        return .seconds(value.tv_sec) + .nanoseconds(value.tv_nsec)
    }
}
