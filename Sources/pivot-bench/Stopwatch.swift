/// Seconds since it was made.
struct Stopwatch {
    private let begin = ContinuousClock.now

    /// The seconds until now.
    var seconds: Double { (ContinuousClock.now - begin) / .seconds(1) }

    /// The seconds that `body` takes.
    static func measure(_ body: () throws -> Void) rethrows -> Double {
        let watch = Stopwatch()
        try body()
        return watch.seconds
    }
}
