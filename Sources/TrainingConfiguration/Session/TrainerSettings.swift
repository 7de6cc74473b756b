package import Tracking

/// The trainer of a session, and its settings (`trainer`).
package enum TrainerSettings: Equatable, Sendable {
    case unet3d
    case synthetic(SyntheticSettings)
    case command(CommandSettings)
    case external

    /// The value of `trainer.kind`.
    package var kind: TrainerKind {
        switch self {
        case .unet3d: .unet3d
        case .synthetic: .synthetic
        case .command: .command
        case .external: .external
        }
    }

    init(_ kind: TrainerKind, _ section: ResolvedSection) {
        switch kind {
        case .unet3d: self = .unet3d
        case .synthetic: self = .synthetic(SyntheticSettings(section))
        case .command: self = .command(CommandSettings(section))
        case .external: self = .external
        }
    }
}
