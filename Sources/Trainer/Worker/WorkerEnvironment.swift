package import JSON
package import Machine
package import Tracking

/// The facts and settings that a trainer takes from the process it runs in.
package struct WorkerEnvironment: Sendable {
    package var host: String
    /// The digest or version of the program.
    package var binary: String
    /// Facts recorded with the attempt.
    package var provenance: JSONObject
    /// What reads the host's GPUs; nil when they are not recorded.
    package var gpus: GPUMonitor?
    package var clock: any Clock<Duration>
    /// The wall clock, for the times of points and lines.
    package var now: @Sendable () -> Timestamp
    /// Told what people may want to read beside the session's own log.
    package var warn: @Sendable (String) -> Void

    package init(
        host: String, binary: String, provenance: JSONObject = JSONObject(), gpus: GPUMonitor? = nil,
        clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Timestamp,
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.host = host
        self.binary = binary
        self.provenance = provenance
        self.gpus = gpus
        self.clock = clock
        self.now = now
        self.warn = warn
    }
}
