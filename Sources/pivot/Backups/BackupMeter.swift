import Application

/// Shows how far a backup or a restore is, as the status line, at most ten times a second.
final class BackupMeter {
    private let console: Console
    private let clock = ContinuousClock()
    private var lastShown: ContinuousClock.Instant?

    init(console: Console = .standard) { self.console = console }

    func update(_ progress: BackupProgress) {
        let detail =
            progress.part == .records
            ? "\(progress.done) of \(progress.total)"
            : "\(HumanFormat.size(progress.done)) of \(HumanFormat.size(progress.total))"
        show(
            ProgressBar.line(
                label: progress.part.rawValue, share: progress.share, detail: detail, width: console.statusWidth),
            isLast: progress.share >= 1)
    }

    /// Shows how much was read of what has no known length.
    func update(readByteCount: Int64) { show("reading: \(HumanFormat.size(readByteCount))", isLast: false) }

    /// Shows how far the read models are.
    func update(building position: UInt64, of head: UInt64) {
        show("read models: \(position) of \(head)", isLast: position >= head)
    }

    /// Takes the status line away.
    func finish() { console.setStatus("") }

    private func show(_ line: String, isLast: Bool) {
        let now = clock.now
        if let lastShown, now - lastShown < .milliseconds(100), !isLast { return }
        lastShown = now
        console.setStatus(line)
    }
}
