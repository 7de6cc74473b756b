import Synchronization
package import TrackingClient

/// Shows a download's or an upload's progress as the status line, at most ten times a second.
package final class TransferMeter: Sendable {
    private let label: String
    private let console: Console
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let lastShown = Mutex<ContinuousClock.Instant?>(nil)

    init(_ label: String, console: Console = .standard) {
        self.label = DisplayText.safe(label)
        self.console = console
        start = clock.now
    }

    func update(_ progress: TransferProgress) {
        let now = clock.now
        let isDue = lastShown.withLock { last in
            if let shown = last, now - shown < .milliseconds(100), progress.byteCount < progress.totalByteCount {
                return false
            }
            last = now
            return true
        }
        guard isDue else { return }
        console.setStatus(
            TransferMeter.line(label, progress, elapsed: now - start, width: console.statusWidth))
    }

    /// Takes the status line away.
    func finish() { console.setStatus("") }

    /// The status line: bar, bytes, rate and time left.
    package static func line(_ label: String, _ progress: TransferProgress, elapsed: Duration, width: Int) -> String {
        let share = progress.totalByteCount == 0 ? 1 : Double(progress.byteCount) / Double(progress.totalByteCount)
        var detail = HumanFormat.size(progress.byteCount) + " of " + HumanFormat.size(progress.totalByteCount)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        if seconds > 0.5 {
            let rate = Double(progress.byteCount) / seconds
            detail += ", " + HumanFormat.size(Int64(rate)) + "/s"
            if rate > 0, progress.byteCount < progress.totalByteCount {
                let left = Double(progress.totalByteCount - progress.byteCount) / rate
                detail += ", " + HumanFormat.duration(.seconds(left)) + " left"
            }
        }
        return ProgressBar.line(label: label, share: share, detail: detail, width: width)
    }
}
