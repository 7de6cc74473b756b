package import JSON
package import Tracking

/// The facts and settings that a trainer takes from the process it runs in.
package struct WorkerEnvironment: Sendable {
    package var host: String
    /// The digest or version of the program.
    package var binary: String
    /// Facts recorded with the attempt.
    package var provenance: JSONObject
    package var clock: any Clock<Duration>
    /// The wall clock, for the times of points and lines.
    package var now: @Sendable () -> Timestamp
    /// Told what people may want to read beside the session's own log.
    package var warn: @Sendable (String) -> Void

    package init(
        host: String, binary: String, provenance: JSONObject = JSONObject(),
        clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Timestamp,
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.host = host
        self.binary = binary
        self.provenance = provenance
        self.clock = clock
        self.now = now
        self.warn = warn
    }
}
