import Tracking
package import TrainingConfiguration

/// Makes what a configuration asks to train.
package enum TraineeFactory {
    /// The trainee of `configuration` for attempt number `attempt`. Making it may take seconds.
    /// - Throws: `.configuration`, `.data` or `.engine` when there is none for it.
    package static func trainee(
        for configuration: TrainingConfiguration, attempt: Int
    ) throws(TrainerError) -> any Trainee {
        switch configuration.trainer {
        case .synthetic(let settings): return SyntheticTrainee(settings, configuration, attempt: attempt)
        case .unet3d: return try UNet3DTrainee(configuration)
        default:
            throw TrainerError(
                .configuration,
                "This process trains unet3d and synthetic, not the trainer \(configuration.trainer.kind.rawValue). Start "
                    + "the session's own program.")
        }
    }
}
