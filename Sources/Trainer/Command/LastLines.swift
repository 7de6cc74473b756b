/// The last lines of a program's outputs, for messages about its end.
struct LastLines: Sendable {
    private static let maximumCount = 12
    /// The most bytes a message gets of them; a launcher reads the last 2,000 of what a trainer says.
    private static let maximumByteCount = 1500

    private var output: [String] = []
    private var error: [String] = []

    mutating func add(_ line: OutputLine) {
        guard !line.text.isEmpty else { return }
        switch line.source {
        case .standardOutput: Self.add(line.text, to: &output)
        case .standardError: Self.add(line.text, to: &error)
        case .log: break
        }
    }

    /// The lines written last to standard error, or else to standard output; empty when nothing was.
    var text: String {
        var lines: [Substring] = []
        var room = Self.maximumByteCount
        for line in (error.isEmpty ? output : error).reversed() {
            let shown = line.suffix(room)
            guard shown.utf8.count < room else { break }
            room -= shown.utf8.count + 1
            lines.append(shown)
        }
        return lines.reversed().joined(separator: "\n")
    }

    private static func add(_ text: String, to lines: inout [String]) {
        if lines.count == maximumCount { lines.removeFirst() }
        lines.append(String(text.prefix(500)))
    }
}
