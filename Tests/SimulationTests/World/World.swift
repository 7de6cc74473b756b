import TrackerTesting

/// The state that all parts of a simulation share.
struct World: Sendable {
    let loop: SimulationLoop
    let chance: Chance
    let trace: Trace
    let machine: Machine
    let ledger: Ledger
    /// The room on the server's disk.
    let space = FreeSpace()
    let bug: PlantedBug?

    /// A world of its own, on the thread that makes it.
    init(seed: UInt64, planted bug: PlantedBug?) throws {
        loop = SimulationLoop()
        chance = Chance(seed: seed)
        trace = Trace(loop)
        machine = try Machine(planted: bug)
        ledger = Ledger(loop, trace)
        self.bug = bug
    }
}
