/// Shows how far an export is, as the status line.
struct ExportMeter {
    private let label: String
    private let sessionCount: Int
    private(set) var doneCount = 0
    private(set) var pointCount = 0
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var lastShown: ContinuousClock.Instant?

    init(_ label: String, sessionCount: Int) {
        self.label = label
        self.sessionCount = sessionCount
        start = clock.now
    }

    mutating func add(points: Int) {
        pointCount += points
        show()
    }

    mutating func endSession() {
        doneCount += 1
        show()
    }

    func finish() { Console.standard.setStatus("") }

    private mutating func show() {
        let now = clock.now
        if let lastShown, now - lastShown < .milliseconds(100) { return }
        lastShown = now
        let seconds = (now - start) / .seconds(1)
        var detail = "\(doneCount) of \(sessionCount) session\(sessionCount == 1 ? "" : "s"), \(pointCount) points"
        if seconds > 0.5 { detail += ", \(Int(Double(pointCount) / seconds))/s" }
        Console.standard.setStatus(
            ProgressBar.line(
                label: label, share: Double(doneCount) / Double(max(sessionCount, 1)), detail: detail,
                width: Console.standard.statusWidth))
    }
}
