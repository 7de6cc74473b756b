import JSON
import Tracking

/// The table of everything a session's configuration may say.
enum SessionRules {
    /// The rules at the top for one kind of trainer. Programs of the user's own read their own keys, so for `command`
    /// and `external` everything without a rule is theirs.
    static func top(forTrainer kind: TrainerKind) -> (rules: [ConfigurationRule], acceptsOtherKeys: Bool) {
        guard kind.isBuiltIn else { return (common + [ownTrain], true) }
        let rules = common + [ConfigurationRule("train", .section(train), trainSummary)]
        return (kind.trainsOnVolumes ? rules + [preprocessing, data] : rules, false)
    }

    private static let trainSummary = "the training itself"

    static let common: [ConfigurationRule] = [
        ConfigurationRule(
            "trainer", .variant(key: "kind", fallback: TrainerKind.allCases[0].rawValue, cases: trainers),
            "what trains the session"),
        ConfigurationRule(
            "max_restarts", .integer(0...100), default: 3,
            "how often a lost trainer is restarted before the session fails"),
        ConfigurationRule("threads", .integer(1...256), default: 1, "threads of the trainer; results depend on it"),
        ConfigurationRule(
            "resources",
            .section([ConfigurationRule("gpus", .integer(0...64), default: 0, "GPUs the launcher assigns")]),
            "what the session needs to run"),
        AlertRules.rule,
    ]

    private static let trainers: [ConfigurationRule.Case] = [
        .init(name: "unet3d", rules: []),
        .init(
            name: "synthetic",
            rules: [
                .init("steps_per_epoch", .integer(1...1_000_000), default: 10, "optimizer updates per epoch"),
                .init("step_milliseconds", .number(.from(0, to: 60_000)), default: 0.0, "time a step takes"),
                .init("state_bytes", .integer(16...(1 << 30)), default: 4096, "size of the state a checkpoint holds"),
                .init("metric_count", .integer(0...1000), default: 0, "extra metrics reported each step"),
                .init("log_lines_per_epoch", .integer(0...10_000), default: 0, "log lines reported each epoch"),
                .init(
                    "fail_at_epoch", .optional(.integer(1...100_000)), default: .null,
                    "report failure in this epoch"),
                .init(
                    "crash_at_epoch", .optional(.integer(1...100_000)), default: .null,
                    "crash in this epoch"),
                .init("crash_count", .integer(1...1000), default: 1, "how many attempts crash before one gets past it"),
                .init(
                    "nonfinite_at_epoch", .optional(.integer(1...100_000)), default: .null,
                    "report NaN as the loss of this epoch"),
            ]),
        .init(
            name: "command",
            rules: [
                .init(
                    "command", .list(of: .string(maximumByteCount: 32_768), count: 1...1000),
                    "the program and its arguments"),
                .init(
                    "working_directory", .optional(ConfigurationRule.pathKind), default: .null,
                    "where it runs, relative to the folder the server was started in; null for a folder of the session's own"
                ),
                .init(
                    "environment", .stringMap(maximumCount: 1000), default: [:], "variables added to its environment"),
                .init(
                    "pass_environment", .list(of: ConfigurationRule.nameKind, count: 0...256), default: [],
                    "variables of the server's environment that it gets besides PATH, HOME, LANG and their like"),
                .init(
                    "grace_seconds", .number(.from(0, to: 3600)), default: 10.0, "time between SIGTERM and SIGKILL"),
                .init(
                    "timeout_seconds", .optional(.number(.above(0, to: 31_536_000))), default: .null,
                    "the longest time it may run before the session fails; null: no limit"),
                .init(
                    "metrics", .choice(["none", "json_lines"]), default: "none",
                    "json_lines: lines of standard output that are JSON objects with epoch or step are metrics"),
            ]),
        .init(name: "external", rules: [], acceptsOtherKeys: true),
    ]

    private static let checkpointing: [ConfigurationRule] = [
        .init("seed", .integer(0...Int64.max), default: 0, "every random choice is derived from it"),
        .init(
            "checkpoint_monitor", ConfigurationRule.nameKind, default: "val_loss", "the metric that ranks checkpoints"),
        .init(
            "checkpoint_mode", .optional(.choice(["min", "max"])), default: .null,
            "whether less or more is better; null: min for names with \"loss\" or \"error\", else max"),
        .init("checkpoint_save_top_k", .integer(-1...1000), default: 3, "how many of the best are kept; -1 keeps all"),
        .init("checkpoint_save_last", .bool, default: true, "whether the latest is kept too"),
        .init("checkpoint_every_n_epochs", .integer(1...100_000), default: 1, "epochs between checkpoints"),
    ]

    private static let ownTrain = ConfigurationRule(
        "train",
        .openSection(
            [
                .init(
                    "epochs", .optional(.integer(1...100_000)), default: .null, "the planned epochs, if there is a plan"
                )
            ] + checkpointing), trainSummary)

    private static let train: [ConfigurationRule] =
        [
            .init("epochs", .integer(1...100_000), default: 30, "the absolute number of passes over the data"),
            .init("batch_size", .integer(1...256), default: 2, "patches in one forward pass"),
            .init("learning_rate", .number(.above(0, to: 10)), default: 0.001, "the rate after warm-up"),
            .init("weight_decay", .number(.from(0, to: 1)), default: 0.0001, "pull of the weights towards zero"),
            .init(
                "patch_size", .list(of: .integer(4...256), count: 3...3), default: [32, 32, 32],
                "depth, height and width of a patch in voxels"),
            .init("patches_per_volume", .integer(1...1024), default: 4, "patches taken from each scan in an epoch"),
            .init(
                "positive_fraction", .number(.from(0, to: 1)), default: 0.7,
                "share of the patches that contain a nodule, or labelled voxels"),
            .init(
                "augment",
                .section([
                    .init(
                        "flip", .bool, default: true,
                        "whether patches are mirrored along their axes, and height and width swapped"),
                    .init(
                        "rotate_degrees", .number(.from(0, to: 45)), default: 0.0,
                        "largest angle by which patches are rotated about each axis"),
                ]), "how patches are varied"),
            .init(
                "data_dir", .optional(ConfigurationRule.pathKind), default: .null,
                "folder of the scans, used when data.directory is not given"),
            .init("model", .section(model), "the network"),
            .init("optimizer", .section(optimizer), "how gradients change the weights"),
            .init("scheduler", .section(scheduler), "how the learning rate changes from epoch to epoch"),
            .init("loss", .section(loss), "what is minimised"),
            .init(
                "early_stopping_patience", .optional(.integer(0...100_000)), default: .null,
                "epochs without improvement before training ends; null or 0: never"),
            .init(
                "early_stopping_min_delta", .number(.from(0, to: 1_000_000)), default: 0.0,
                "the smallest change that counts as improvement"),
            .init(
                "early_stopping_monitor", .optional(ConfigurationRule.nameKind), default: .null,
                "the metric watched; null: checkpoint_monitor"),
            .init(
                "early_stopping_mode", .optional(.choice(["min", "max"])), default: .null,
                "as checkpoint_mode, for early_stopping_monitor"),
            .init(
                "gradient_clip", .optional(.number(.from(0, to: 1_000_000))), default: .null,
                "largest norm of all gradients together; null or 0: no limit"),
            .init(
                "gradient_accumulation_steps", .integer(1...1024), default: 1, "forward passes per update"),
            .init("log_every", .integer(1...1_000_000), default: 1, "steps between reported step metrics"),
            .init(
                "overlay_every_n_epochs", .integer(0...100_000), default: 1,
                "epochs between pictures of a validation scan with truth and prediction; 0: none"),
        ] + checkpointing

    private static let model: [ConfigurationRule] = [
        .init("type", .choice(["unet3d"]), default: "unet3d", "the architecture"),
        .init("in_channels", .integer(1...16), default: 1, "channels of a scan"),
        .init(
            "out_channels", .integer(1...16), default: 1,
            "channels of the prediction: 1, or the number of labels with the background"),
        .init("init_features", .integer(1...256), default: 8, "channels of the first level; each level doubles them"),
        .init(
            "depth", .integer(1...6), default: 3, "number of poolings; patch sides must be multiples of 2 to this power"
        ),
        .init("batch_norm", .bool, default: true, "whether convolutions are followed by batch normalisation"),
        .init("dropout", .number(.from(0, below: 1)), default: 0.0, "share of channels dropped in training"),
    ]

    private static let optimizer: [ConfigurationRule] = [
        .init("type", .choice(["adam", "adamw", "sgd"]), default: "adamw", "the update rule"),
        .init(
            "betas", .list(of: .number(.from(0, below: 1)), count: 2...2), default: [0.9, 0.999],
            "decay of the two moments (adam, adamw)"),
        .init("epsilon", .number(.above(0, to: 1)), default: 1e-8, "added to the denominator (adam, adamw)"),
        .init("momentum", .number(.from(0, below: 1)), default: 0.9, "share of the last update kept (sgd)"),
    ]

    private static let scheduler: [ConfigurationRule] = [
        .init("type", .choice(["constant", "cosine", "step", "multistep", "plateau"]), default: "cosine", "the shape"),
        .init("min_lr", .number(.from(0, to: 10)), default: 0.0, "the rate never falls below it"),
        .init("warmup_epochs", .integer(0...100_000), default: 0, "epochs of linear rise from almost zero"),
        .init("step_size", .integer(1...100_000), default: 10, "epochs between drops (step)"),
        .init("gamma", .number(.above(0, to: 1)), default: 0.1, "factor of a drop (step, multistep)"),
        .init(
            "milestones", .list(of: .integer(1...100_000), count: 0...100), default: [],
            "the epochs after which the rate drops (multistep)"),
        .init("factor", .number(.above(0, below: 1)), default: 0.5, "factor of a drop (plateau)"),
        .init("patience", .integer(0...100_000), default: 5, "epochs without improvement before a drop (plateau)"),
    ]

    private static let loss: [ConfigurationRule] = [
        .init("type", .choice(LossSettings.names), default: "dice_focal", "the terms, summed with equal weight"),
        .init("alpha", .number(.from(0, to: 1)), default: 0.75, "weight of positive voxels (focal)"),
        .init(
            "gamma", .number(.from(0, to: 10)), default: 2.0,
            "how much easy voxels are down-weighted (focal); 0, or at least 1"),
        .init("smooth", .number(.above(0, to: 1_000_000)), default: 1.0, "added to numerator and denominator (dice)"),
        .init("positive_weight", .number(.above(0, to: 1_000_000)), default: 1.0, "weight of positive voxels (bce)"),
    ]

    private static let preprocessing = ConfigurationRule(
        "preprocessing",
        .section([
            .init(
                "target_spacing", .list(of: .number(.above(0, to: 100)), count: 3...3), default: [1.0, 1.0, 1.0],
                "millimetres between voxels after resampling: depth, height, width"),
            .init(
                "window", .choice(["hu", "percentile"]), default: "hu",
                "what maps to 0 and 1: fixed intensities (CT), or percentiles of each scan (MRI)"),
            .init(
                "percentiles", .list(of: .number(.from(0, to: 100)), count: 2...2), default: [0.5, 99.5],
                "the percentiles of a scan's voxels that become 0 and 1 (percentile)"),
            .init(
                "window_center", .number(.from(-10_000, to: 10_000)), default: -600.0, "middle of the window in HU (hu)"
            ),
            .init("window_width", .number(.above(0, to: 20_000)), default: 1500.0, "width of the window in HU (hu)"),
        ]), "how a scan becomes the network's input")

    private static let task = ConfigurationRule(
        "task", .choice(["detection", "segmentation"]), default: "detection",
        "whether nodules are found (a heatmap) or structures outlined (masks)")

    private static let data = ConfigurationRule(
        "data",
        .variant(
            key: "type", fallback: "phantom",
            cases: [
                .init(
                    name: "phantom",
                    rules: [
                        task,
                        .init(
                            "size", .list(of: .integer(16...256), count: 3...3), default: [64, 64, 64],
                            "depth, height and width of a scan in voxels"),
                        .init("train_scans", .integer(1...100_000), default: 16, "scans to train on"),
                        .init("val_scans", .integer(1...10_000), default: 8, "scans to validate on"),
                        .init(
                            "nodules_per_scan", .list(of: .integer(0...64), count: 2...2), default: [1, 5],
                            "fewest and most nodules of a scan that has any"),
                        .init(
                            "empty_fraction", .number(.from(0, to: 1)), default: 0.25, "share of scans without nodules"),
                        .init(
                            "diameter", .list(of: .number(.from(2, to: 64)), count: 2...2), default: [4.0, 10.0],
                            "smallest and largest nodule in voxels"),
                        .init(
                            "noise", .number(.from(0, to: 1000)), default: 40.0, "standard deviation of the noise in HU"
                        ),
                        .init("vessels", .integer(0...256), default: 12, "vessels in a scan"),
                        .init(
                            "seed", .optional(.integer(0...Int64.max)), default: .null,
                            "seed of the volumes; null: train.seed"),
                    ]),
                .init(
                    name: "folder",
                    rules: [
                        task,
                        .init(
                            "directory", .optional(ConfigurationRule.pathKind), default: .null,
                            "folder of the scans; null: train.data_dir"),
                        .init(
                            "annotations", ConfigurationRule.pathKind, default: "annotations.csv",
                            "table of nodules, inside the folder (detection)"),
                        .init("masks", ConfigurationRule.pathKind, default: "masks", "folder of masks (segmentation)"),
                        .init(
                            "splits", ConfigurationRule.pathKind, default: "splits",
                            "folder of train.txt and val.txt; without it, scans are divided by val_fraction"),
                        .init(
                            "val_fraction", .number(.above(0, below: 1)), default: 0.2,
                            "share of the scans to validate on when there is no folder of splits"),
                        .init(
                            "classes", .optional(.list(of: .string(maximumByteCount: 64), count: 2...16)),
                            default: .null,
                            "names of the labels 0, 1, …, the background first; null: their numbers"),
                        .init(
                            "cache_mb", .integer(0...1_048_576), default: 512,
                            "memory for prepared scans in MiB; further ones are kept in memory-mapped temporary files"),
                    ]),
            ]), "the data to train on")
}
