/// Shows how far a walk over the log is, as the status line, at most ten times a second.
struct AuditMeter {
    private let label: String
    private let unit: String
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var lastShown: ContinuousClock.Instant?

    init(_ label: String, unit: String = "records") {
        self.label = label
        self.unit = unit
        start = clock.now
    }

    mutating func update(_ done: UInt64, of total: UInt64) {
        let now = clock.now
        if let lastShown, now - lastShown < .milliseconds(100) { return }
        lastShown = now
        let seconds = (now - start) / .seconds(1)
        var detail = "\(done) of \(total) \(unit)"
        if seconds > 0.5 { detail += ", \(Int(Double(done) / seconds))/s" }
        Console.standard.setStatus(
            ProgressBar.line(
                label: label, share: Double(done) / Double(max(total, 1)), detail: detail,
                width: Console.standard.statusWidth))
    }

    func finish() { Console.standard.setStatus("") }
}
