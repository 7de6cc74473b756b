import Synchronization
import Tracking

/// What happened in a simulation, a line a step, and what was found wrong.
final class Trace: Sendable {
    private struct State {
        var lines: [String] = []
        var findings: [String] = []
    }

    private let state = Mutex(State())
    private let loop: SimulationLoop

    init(_ loop: SimulationLoop) { self.loop = loop }

    /// Notes a step.
    func note(_ line: String) {
        let seconds = loop.elapsed.components
        let time = "\(seconds.seconds).\(seconds.attoseconds / 1_000_000_000_000_000)"
        state.withLock { $0.lines.append("\(time) s: \(line)") }
    }

    /// Something is wrong: the simulation ends.
    func find(_ finding: String) {
        note("WRONG: \(finding)")
        state.withLock { $0.findings.append(finding) }
    }

    /// The faults that were found.
    var findings: [String] { state.withLock { $0.findings } }

    /// The last `count` steps.
    func last(_ count: Int) -> [String] { state.withLock { Array($0.lines.suffix(count)) } }

    /// The digest of all steps.
    var digest: Digest { Digest(hashing: Array(state.withLock { $0.lines.joined(separator: "\n") }.utf8)) }
}
