/// The training of the trainers built in here (`train`).
package struct TrainSettings: Equatable, Sendable {
    /// The absolute number of epochs, counted from the session's first.
    package let epochs: Int
    package let batchSize: Int
    /// The rate after warm-up.
    package let learningRate: Double
    package let weightDecay: Double
    package let patchSize: VolumeSize
    /// Patches taken from each scan in an epoch.
    package let patchesPerVolume: Int
    /// Share of the patches that contain a nodule, or labelled voxels.
    package let positiveFraction: Double
    package let augmentation: AugmentationSettings
    package let model: ModelSettings
    package let optimizer: OptimizerSettings
    package let scheduler: SchedulerSettings
    package let loss: LossSettings
    /// Nil when the training never ends early.
    package let earlyStopping: EarlyStopping?
    /// The largest norm of all gradients together; nil: no limit.
    package let gradientClip: Double?
    /// Forward passes for one update.
    package let gradientAccumulationSteps: Int
    /// Steps between reported step metrics.
    package let logEvery: Int
    /// Epochs between pictures of a validation scan; 0: none.
    package let overlayEveryEpochs: Int

    init(_ section: ResolvedSection) {
        epochs = section.integer("epochs")
        batchSize = section.integer("batch_size")
        learningRate = section.number("learning_rate")
        weightDecay = section.number("weight_decay")
        patchSize = VolumeSize(section.integers("patch_size"))
        patchesPerVolume = section.integer("patches_per_volume")
        positiveFraction = section.number("positive_fraction")
        augmentation = AugmentationSettings(section.section("augment"))
        model = ModelSettings(section.section("model"))
        optimizer = OptimizerSettings(section.section("optimizer"))
        scheduler = SchedulerSettings(section.section("scheduler"))
        loss = LossSettings(section.section("loss"))
        earlyStopping = EarlyStopping(section)
        gradientClip = section.optionalNumber("gradient_clip")
        gradientAccumulationSteps = section.integer("gradient_accumulation_steps")
        logEvery = section.integer("log_every")
        overlayEveryEpochs = section.integer("overlay_every_n_epochs")
    }
}
