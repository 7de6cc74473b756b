import Foundation

/// The seeds and the fault that the environment asks for.
enum SimulationChoice {
    private static let seedsName = "PIVOT_SIMULATION_SEEDS"
    private static let plantedName = "PIVOT_SIMULATION_PLANTED"
    /// The seeds of every build.
    static let usualSeeds: Range<UInt64> = 0..<20

    /// The seeds of the environment; those of every build otherwise.
    static var seeds: Range<UInt64> {
        guard let text = ProcessInfo.processInfo.environment[seedsName] else { return usualSeeds }
        let bounds = text.components(separatedBy: "..<").compactMap { UInt64($0) }
        guard bounds.count == 2, bounds[0] < bounds[1] else {
            preconditionFailure("\(seedsName) is '\(text)'; it is to be two numbers, such as 100..<200")
        }
        return bounds[0]..<bounds[1]
    }

    /// The fault of the environment; nil for none.
    static var bug: PlantedBug? {
        guard let text = ProcessInfo.processInfo.environment[plantedName] else { return nil }
        guard let bug = PlantedBug(rawValue: text) else {
            let names = PlantedBug.allCases.map(\.rawValue).joined(separator: ", ")
            preconditionFailure("\(plantedName) is '\(text)'; it is to be one of \(names)")
        }
        return bug
    }
}
