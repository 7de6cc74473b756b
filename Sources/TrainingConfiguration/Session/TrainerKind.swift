/// Who trains a session (`trainer`).
package enum TrainerKind: Equatable, Sendable {
    /// The 3D U-Net built in here.
    case unet3d
    /// Seeded curves and a small state instead of a training.
    case synthetic(SyntheticSettings)
    /// A program the launcher starts.
    case command(CommandSettings)
    /// A program that claims the session through the API; the launcher starts nothing.
    case external

    /// The value of `trainer.kind`.
    package var name: String {
        switch self {
        case .unet3d: "unet3d"
        case .synthetic: "synthetic"
        case .command: "command"
        case .external: "external"
        }
    }

    init(_ section: ResolvedSection) {
        switch section.string("kind") {
        case "synthetic": self = .synthetic(SyntheticSettings(section))
        case "command": self = .command(CommandSettings(section))
        case "external": self = .external
        default: self = .unet3d
        }
    }
}
