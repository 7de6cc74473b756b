import Foundation
import Testing

/// A server under all that can happen to it, in the order of a seed.
///
/// `PIVOT_SIMULATION_SEEDS=100..<200` takes other seeds, and `PIVOT_SIMULATION_PLANTED` names a fault to plant for them;
/// `tools/simulate` sets both.
@Suite(.serialized) struct SimulationTests {
    @Test(
        "whatever happens to a server and in whatever order, it keeps what it promised",
        arguments: SimulationChoice.seeds)
    func promises(seed: UInt64) async throws {
        let report = try await Simulation.run(seed: seed, planted: SimulationChoice.bug)
        report.show()
        #expect(report.findings.isEmpty, "\(report)")
    }

    @Test("the same seed gives the same history", .enabled(if: SimulationChoice.bug == nil))
    func repetition() async throws {
        let first = try await Simulation.run(seed: 7)
        let second = try await Simulation.run(seed: 7)
        #expect(first.digest == second.digest, "\(first)\n\(second)")
        let other = try await Simulation.run(seed: 8)
        #expect(first.digest != other.digest)
    }

    @Test("a fault that is planted is found", .enabled(if: SimulationChoice.bug == nil), arguments: PlantedBug.allCases)
    func plants(bug: PlantedBug) async throws {
        for seed in SimulationChoice.usualSeeds {
            let report = try await Simulation.run(seed: seed, planted: bug)
            guard report.findings.isEmpty else {
                return print("\(bug.rawValue) was found by seed \(seed): \(report.findings[0])")
            }
        }
        Issue.record("\(bug.rawValue) was not found by any of the seeds \(SimulationChoice.usualSeeds)")
    }
}

extension Simulation.Report: CustomStringConvertible {
    /// Says at once what became of the seed, on lines that `tools/simulate` reads.
    func show() {
        let text = findings.isEmpty ? "" : "\(self)\n"
        let line = "seed \(seed): \(eventCount) events, \(crashCount) crashes, \(findings.count) findings\n"
        FileHandle.standardOutput.write(Data((text + line).utf8))
    }

    /// The findings, the last steps, and the command that shows them again.
    var description: String {
        var again = "tools/simulate --from \(seed) --seeds 1"
        if let bug { again += " --planted \(bug.rawValue)" }
        return """

            seed \(seed): \(findings.joined(separator: "\n  "))
            the last steps:
              \(lastSteps.joined(separator: "\n  "))
            again: \(again)
            """
    }
}
