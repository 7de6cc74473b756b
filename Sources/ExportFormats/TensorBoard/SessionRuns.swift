package import Tracking

/// A session as runs of TensorBoard, each a folder with an event file.
///
/// ```
/// NAME-ID8/                       the points by step, at their steps; texts, pictures, histograms, hyperparameters
/// NAME-ID8/epochs/                the points by epoch, as `epoch/<metric>`, at their epochs
/// NAME-ID8/attempt-2/, …/epochs/  with all attempts: the points of each instead, superseded ones too
/// ```
/// Epochs have a run of their own because a run has one axis: TensorBoard's word for a restart does away with all that comes
/// after a step, in every series of the run.
package struct SessionRuns: Sendable {
    /// Which points a run has.
    package struct Run: Hashable, Sendable {
        /// Nil for those of the visible timeline.
        package var attempt: UInt32?
        package var isEpochs: Bool

        package init(attempt: UInt32? = nil, isEpochs: Bool = false) {
            self.attempt = attempt
            self.isEpochs = isEpochs
        }

        /// The run's folder in the session's; nil for that folder itself.
        package var path: String? {
            let parts = [attempt.map(RunName.attempt), isEpochs ? RunName.epochs : nil].compactMap { $0 }
            return parts.isEmpty ? nil : parts.joined(separator: "/")
        }
    }

    /// Bytes that come next in a file, and its path within the session's folder.
    package struct Piece: Sendable {
        package var path: String
        package var bytes: [UInt8]
    }

    private let id: String
    private let createdAt: Timestamp
    private let allAttempts: Bool
    private let isSingle: Bool
    /// True when each piece is a file of its own, for where nothing can be appended to.
    private let isParted: Bool
    private var encoders: [Run: EventEncoder] = [:]
    private var parts: [Run: Int] = [:]

    package init(
        id: String, createdAt: Timestamp, allAttempts: Bool, isSingle: Bool = false, isParted: Bool = false
    ) {
        self.id = id
        self.createdAt = createdAt
        self.allAttempts = allAttempts
        self.isSingle = isSingle
        self.isParted = isParted
    }

    /// Goes on with a run whose file is there and has `series`.
    package mutating func resume(_ run: Run, series: Set<String>) {
        encoders[run] = EventEncoder(describing: series, startingAt: nil, isSingle: isSingle)
    }

    /// The bytes that were added and not taken.
    package var byteCount: Int { encoders.values.reduce(0) { $0 + $1.bytes.count } }

    /// The runs that have anything.
    package var runs: Set<Run> { Set(encoders.keys) }

    /// Adds points of a metric, in the order of their axis.
    package mutating func append(_ points: MetricHistory, of metric: String) {
        let isEpochs = points.axis == .epoch
        let tag = isEpochs ? "epoch/" + metric : metric
        let places = isEpochs ? points.epochs : points.steps
        var start = 0
        while start < places.count {
            var end = places.count
            if allAttempts {
                end = points.attempts[start...].firstIndex { $0 != points.attempts[start] } ?? end
            }
            let run = Run(attempt: allAttempts ? points.attempts[start] : nil, isEpochs: isEpochs)
            edit(run) { encoder in
                encoder.append(
                    scalar: tag, steps: places[start..<end], times: points.times[start..<end],
                    values: points.values[start..<end])
            }
            start = end
        }
    }

    /// Does away with what is at and after an attempt's first step and epoch; nothing with all attempts.
    package mutating func restart(atStep step: Int64, epoch: Int64, time: Timestamp) {
        guard !allAttempts else { return }
        for (run, place) in [(Run(), step), (Run(isEpochs: true), epoch)] where encoders[run] != nil {
            edit(run) { $0.restart(at: place, time: time) }
        }
    }

    /// Adds to the session's own run.
    package mutating func append(_ body: (inout EventEncoder) -> Void) { edit(Run(), body) }

    /// Returns what was added, when it is at least so much in all, and keeps none of it.
    package mutating func take(atLeast minimum: Int = 1) -> [Piece] {
        guard byteCount >= minimum else { return [] }
        var pieces: [Piece] = []
        for run in encoders.keys.sorted(by: { ($0.path ?? "") < ($1.path ?? "") }) {
            guard let bytes = encoders[run]?.take(), !bytes.isEmpty else { continue }
            pieces.append(Piece(path: path(of: run), bytes: bytes))
            if isParted {
                parts[run, default: 0] += 1
                encoders[run] = nil
            }
        }
        return pieces
    }

    /// The path of a run's file within the session's folder.
    package func path(of run: Run) -> String {
        let name = RunName.eventFile(startingAt: createdAt.rawValue / 1_000_000, id: id, part: parts[run] ?? 0)
        return run.path.map { $0 + "/" + name } ?? name
    }

    private mutating func edit(_ run: Run, _ body: (inout EventEncoder) -> Void) {
        // Taken out meanwhile, so that the encoder's bytes are not copied.
        var encoder =
            encoders.removeValue(forKey: run)
            ?? EventEncoder(startingAt: createdAt, beginsRun: parts[run] == nil, isSingle: isSingle)
        body(&encoder)
        encoders[run] = encoder
    }
}
