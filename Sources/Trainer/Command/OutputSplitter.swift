/// Cuts what a program writes into lines, of one of its two outputs.
///
/// Of a line as many bytes are kept as the log takes (`OutputText.maximumByteCount`), of one that may be metrics as many as
/// a report takes (`MetricLine.maximumByteCount`); the others are counted. Bytes that are no UTF-8 become replacement characters. What ends with a carriage return is written over on a
/// terminal, such as a progress bar: of those one in `progressInterval` is kept, and the last one before a line's end.
package struct OutputSplitter: Sendable {
    /// The shortest time between two lines that write over each other.
    package static let progressInterval = Duration.seconds(2)

    private let readsMetrics: Bool
    private var pending: [UInt8] = []
    private var limit = OutputText.maximumByteCount
    private var omittedByteCount = 0
    private var endsWithReturn = false
    private var held: OutputText?
    private var lastProgress: Duration?

    /// - Parameter readsMetrics: Whether lines that are JSON objects may be metrics.
    package init(readsMetrics: Bool = false) {
        self.readsMetrics = readsMetrics
    }

    /// The lines that `bytes` complete. `now` is what has passed since any fixed moment.
    package mutating func take(_ bytes: some Sequence<UInt8>, at now: Duration) -> [OutputText] {
        var lines: [OutputText] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(endLine())
                continue
            }
            if endsWithReturn { lines += overwrite(at: now) }
            if byte == UInt8(ascii: "\r") {
                endsWithReturn = true
            } else {
                append(byte)
            }
        }
        return lines
    }

    /// Takes the line that was written over and has waited long enough to be shown.
    package mutating func tick(at now: Duration) -> [OutputText] {
        guard let held, isProgressDue(at: now) else { return [] }
        self.held = nil
        lastProgress = now
        return [held]
    }

    /// Takes the line that is left when the output has ended.
    package mutating func finish() -> [OutputText] {
        if pending.isEmpty, held == nil { return [] }
        return [endLine()]
    }

    private mutating func append(_ byte: UInt8) {
        if pending.count == limit {
            if readsMetrics, limit == OutputText.maximumByteCount, omittedByteCount == 0, MetricLine.isObject(pending) {
                limit = MetricLine.maximumByteCount
            } else {
                // What is too long for metrics is a line of the log, which needs no more than its beginning.
                omittedByteCount += 1 + pending.count - OutputText.maximumByteCount
                pending.removeLast(pending.count - OutputText.maximumByteCount)
                limit = OutputText.maximumByteCount
                return
            }
        }
        pending.append(byte)
    }

    private mutating func endLine() -> OutputText {
        let line = pending.isEmpty ? held ?? OutputText("") : takePending()
        (held, endsWithReturn) = (nil, false)
        return line
    }

    /// The pending text was followed by a carriage return and then by something else.
    private mutating func overwrite(at now: Duration) -> [OutputText] {
        endsWithReturn = false
        guard !pending.isEmpty else { return [] }
        held = takePending()
        return tick(at: now)
    }

    private func isProgressDue(at now: Duration) -> Bool {
        lastProgress.map { now - $0 >= Self.progressInterval } ?? true
    }

    private mutating func takePending() -> OutputText {
        let line = OutputText(String(decoding: pending, as: UTF8.self), omittedByteCount: omittedByteCount)
        pending.removeAll(keepingCapacity: limit == OutputText.maximumByteCount)
        (omittedByteCount, limit) = (0, OutputText.maximumByteCount)
        return line
    }
}
