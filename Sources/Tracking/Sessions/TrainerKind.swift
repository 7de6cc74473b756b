/// The trainer of a session. The names are storage and part of configurations; the first is meant when none is named.
package enum TrainerKind: String, CaseIterable, Sendable {
    /// The 3D U-Net built in here.
    case unet3d
    /// Seeded curves and a small state instead of a training.
    case synthetic
    /// A program that the server starts and supervises.
    case command
    /// A program that claims the session through the API by itself.
    case external

    /// True for PIVOT's own code, which knows what its bits depend on and what its checkpoints fit.
    package var isBuiltIn: Bool { self == .unet3d || self == .synthetic }

    /// True when it trains a network on volumes, so that a configuration says which data and how they are prepared.
    package var trainsOnVolumes: Bool { self == .unet3d }

    /// True when the server starts it, one process a session.
    package var isLaunched: Bool { self != .external }

    /// True for a program of the user's own that the server starts, so that it must be allowed, its output is the
    /// session's log, and what it depends on is its repository.
    package var isSupervisedProgram: Bool { self == .command }

    /// True when it may claim a session that has stopped or failed and that nobody started again. One that was never
    /// started can be claimed by every kind.
    package var claimsUnasked: Bool { self == .external }

    /// True when the server can train a past session again.
    package var isReproducible: Bool { isLaunched }

    /// The form of the checkpoints that its attempts save.
    package var checkpointFormat: CheckpointFormat { isBuiltIn ? .safetensors : .opaque }
}
