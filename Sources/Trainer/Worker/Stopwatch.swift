/// Measures times on any clock.
struct Stopwatch {
    private let read: () -> Duration
    private var last: Duration

    init(_ clock: any Clock<Duration>) {
        read = Self.reader(clock)
        last = read()
    }

    /// Seconds since the last lap, or since the beginning.
    mutating func lap() -> Double {
        let now = read()
        defer { last = now }
        return (now - last) / .seconds(1)
    }

    private static func reader<C: Clock<Duration>>(_ clock: C) -> () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
