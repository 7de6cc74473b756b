import JSON

/// The spellings that configurations of related projects have for keys of this one.
///
/// They are moved to where this project has them, so that a file trains what its author means; a value that means something
/// this version cannot do is refused by its name. Everything that neither this table nor the rules know is refused by the
/// rules.
struct OtherSpellings {
    private(set) var source: ConfigurationSource
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationWarning] = []

    /// Translates the configuration of a training on volumes.
    init(_ source: ConfigurationSource) {
        self.source = source
        for (from, to) in Self.moves { move(from, to) }
        for (path, allowed) in Self.neutral { refuse(path, unless: allowed) }
        folders()
        augmentation()
        hardNegatives()
        patience()
        for key in ["checkpoint_monitor", "early_stopping_monitor"] { monitor("train." + key) }
    }

    /// The places that keys are moved to. Sections come before what they hold.
    private static let moves: KeyValuePairs = [
        "training": "train", "model": "train.model", "optimizer": "train.optimizer", "scheduler": "train.scheduler",
        "loss": "train.loss", "augmentation": "train.augmentation", "validation": "train.validation",
        "checkpointing": "train.checkpointing", "checkpoint": "train.checkpointing", "logging": "train.logging",
        "hardware": "train.hardware", "early_stopping": "train.early_stopping", "seed": "train.seed",

        "epochs": "train.epochs", "batch_size": "train.batch_size", "learning_rate": "train.learning_rate",
        "train.preprocessing": "preprocessing", "train.data": "data",
        "train.num_epochs": "train.epochs", "train.max_epochs": "train.epochs", "train.lr": "train.learning_rate",
        "train.optimizer.lr": "train.learning_rate", "train.optimizer.learning_rate": "train.learning_rate",
        "train.optimizer.weight_decay": "train.weight_decay", "train.optimizer.name": "train.optimizer.type",
        "train.scheduler.name": "train.scheduler.type", "train.loss.name": "train.loss.type",
        "train.model.name": "train.model.type", "train.hardware.seed": "train.seed",
        "train.loss.focal_alpha": "train.loss.alpha", "train.loss.focal_gamma": "train.loss.gamma",
        "train.logging.log_every": "train.log_every", "train.logging.log_every_n_steps": "train.log_every",
        "data.patch_size": "train.patch_size", "data.batch_size": "train.batch_size",
        "train.checkpointing.monitor": "train.checkpoint_monitor", "train.checkpointing.mode": "train.checkpoint_mode",
        "train.checkpointing.save_top_k": "train.checkpoint_save_top_k",
        "train.checkpointing.save_last": "train.checkpoint_save_last",
        "train.checkpointing.every_n_epochs": "train.checkpoint_every_n_epochs",
        "train.early_stopping.patience": "train.early_stopping_patience",
        "train.early_stopping.monitor": "train.early_stopping_monitor",
        "train.early_stopping.mode": "train.early_stopping_mode",
        "train.early_stopping.min_delta": "train.early_stopping_min_delta",
        "train.early_stopping.enabled": "train.early_stopping_enabled",
        "experiment_name": "extra.experiment_name", "description": "extra.description",
    ]

    /// Keys of what this version does in one way only: the values that ask for that way. They are left out then.
    private static let neutral: KeyValuePairs<String, [JSONValue]> = [
        "precision": precisions, "train.precision": precisions, "train.hardware.precision": precisions,
        "device": devices, "train.device": devices, "train.hardware.device": devices, "mixed_precision": [false],
        "train.mixed_precision": [false], "train.hardware.mixed_precision": [false], "train.amp": [false],
        "gpu_ids": noGPUs, "train.gpu_ids": noGPUs, "train.hardware.gpu_ids": noGPUs,
        "train.validation.val_every": [1], "train.validation.enabled": [true],
        "train.augmentation.random_scale_prob": [0], "train.augmentation.random_noise_prob": [0],
        "train.augmentation.random_brightness_prob": [0], "train.augmentation.random_contrast_prob": [0],
        "train.augmentation.random_gamma_prob": [0], "train.augmentation.random_blur_prob": [0],
        "train.augmentation.random_elastic_prob": [0],
    ]

    private static let precisions: [JSONValue] = ["auto", 32, "32", "fp32", "float32"]
    private static let devices: [JSONValue] = ["auto", "cpu"]
    private static let noGPUs: [JSONValue] = [[], .null]

    // MARK: Steps

    private func value(_ path: String) -> JSONValue? { source.value(at: path) }

    /// Moves a value; a mapping joins the one that is there.
    private mutating func move(_ from: String, _ to: String) {
        guard let found = value(from) else { return }
        if case .object(let members) = found, case .object? = value(to) {
            for (key, _) in members { move(ConfigurationSource.join(from, key), ConfigurationSource.join(to, key)) }
            if case .object(let rest)? = value(from), rest.isEmpty { source.remove(from) }
            return
        }
        if let other = value(to), other != found {
            problems.append(
                ConfigurationProblem(
                    code: .conflict, path: from, line: source.line(of: from), found: "another value than \(to) has",
                    allowed: "one of the two; \(from) means \(to) here"))
            return
        }
        if !from.contains(".") || to.hasPrefix("extra.") == false { note(from, "read as \(to)") }
        source.move(from, to)
    }

    private mutating func note(_ path: String, _ message: String) {
        warnings.append(ConfigurationWarning(path: path, line: source.line(of: path), message: message))
    }

    private mutating func refuse(_ path: String, unless allowed: [JSONValue]) {
        guard let found = value(path) else { return }
        guard allowed.contains(where: { Self.isSame($0, found) }) else {
            refuse(path, found, "\(Self.list(allowed)), which is what this version does")
            return
        }
        source.remove(path)
    }

    private mutating func refuse(_ path: String, _ found: JSONValue, _ allowed: String) {
        problems.append(
            ConfigurationProblem(
                code: .outOfRange, path: path, line: source.line(of: path),
                found: String(decoding: found.encoded(nonfinite: .token), as: UTF8.self), allowed: allowed))
        // Told once.
        source.remove(path)
    }

    private static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if let (left, right) = left.doubleValue.flatMap({ left in right.doubleValue.map { (left, $0) } }) {
            return left == right
        }
        if let (left, right) = left.stringValue.flatMap({ left in right.stringValue.map { (left, $0) } }) {
            return left == right.lowercased()
        }
        return left == right
    }

    private static func list(_ values: [JSONValue]) -> String {
        values.map { $0.stringValue ?? String(decoding: $0.encoded(), as: UTF8.self) }.joined(separator: ", ")
    }

    /// `train.augmentation`: a switch, and probabilities. Here patches are mirrored along each axis with probability 0.5, or
    /// never, and rotated always, by random angles.
    private mutating func augmentation() {
        let section = "train.augmentation"
        guard value(section) != nil else { return }
        let isOff = value(section + ".enabled") == false
        if isOff {
            // Nothing in it has an effect there either.
            source.remove(section)
            set("train.augment.flip", false, from: section + ".enabled")
            set("train.augment.rotate_degrees", 0, from: section + ".enabled")
            return
        }
        if value(section + ".enabled") == true { source.remove(section + ".enabled") }
        if let found = value(section + ".random_flip_prob") {
            switch found.doubleValue {
            case 0: set("train.augment.flip", false, from: section + ".random_flip_prob")
            case 0.5: set("train.augment.flip", true, from: section + ".random_flip_prob")
            default:
                refuse(
                    section + ".random_flip_prob", found, "0 or 0.5: patches are mirrored along each axis so, or never")
            }
            if found.doubleValue == 0 || found.doubleValue == 0.5 { source.remove(section + ".random_flip_prob") }
        }
        if let found = value(section + ".random_rotation_prob") {
            if found.doubleValue == 0 {
                set("train.augment.rotate_degrees", 0, from: section + ".random_rotation_prob")
                source.remove(section + ".random_rotation_prob")
            } else {
                refuse(
                    section + ".random_rotation_prob", found,
                    "0; give the largest angle in train.augment.rotate_degrees, by which every patch is rotated")
            }
        }
        move(section + ".flip", "train.augment.flip")
        move(section + ".rotate_degrees", "train.augment.rotate_degrees")
        removeIfEmpty(section)
    }

    /// Two folders `train` and `val` of one folder are that folder here.
    private mutating func folders() {
        guard let train = value("data.train_dir")?.stringValue, let validation = value("data.val_dir")?.stringValue,
            train.hasSuffix("/train"), validation.hasSuffix("/val"),
            train.dropLast("/train".count) == validation.dropLast("/val".count)
        else { return }
        set("data.directory", .string(String(train.dropLast("/train".count))), from: "data.train_dir")
        note("data.train_dir", "read as data.directory, whose folders train and val are the parts")
        source.remove("data.train_dir")
        source.remove("data.val_dir")
    }

    private mutating func hardNegatives() {
        let path = "train.use_hard_negative_mining"
        guard let found = value(path) else { return }
        guard found == false else {
            refuse(path, found, "false; the share of patches with findings is train.positive_fraction")
            return
        }
        for key in [path, "train.hard_negative_ratio", "train.min_negative_samples"] { source.remove(key) }
    }

    private mutating func patience() {
        if value("train.early_stopping_enabled") == false { source.set("train.early_stopping_patience", .null) }
        if case .bool? = value("train.early_stopping_enabled") { source.remove("train.early_stopping_enabled") }
        for section in ["checkpointing", "early_stopping", "validation", "logging", "hardware"] {
            removeIfEmpty("train." + section)
        }
    }

    /// `val/loss` is `val_loss` here.
    private mutating func monitor(_ path: String) {
        guard let name = value(path)?.stringValue else { return }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, ["train", "val"].contains(parts[0]) else { return }
        source.set(path, .string(parts.joined(separator: "_")))
        note(path, "\(name) is called \(parts.joined(separator: "_")) here")
    }

    private mutating func removeIfEmpty(_ path: String) {
        if case .object(let rest)? = value(path), rest.isEmpty { source.remove(path) }
    }

    private mutating func set(_ path: String, _ new: JSONValue, from origin: String) {
        if let other = value(path), !Self.isSame(new, other) {
            problems.append(
                ConfigurationProblem(
                    code: .conflict, path: path, line: source.line(of: path),
                    found: "another value than \(origin) means",
                    allowed: "one of the two"))
            return
        }
        source.set(path, new)
    }
}
