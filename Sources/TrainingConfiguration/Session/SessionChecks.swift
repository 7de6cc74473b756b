import JSON

/// What must hold between values of a configuration whose single values are all allowed.
enum SessionChecks {
    /// The most values a forward pass may hold on its first level, per feature: batch · voxels · features.
    static let maximumActivationCount = 1 << 28
    /// The most channels of the deepest level.
    static let maximumFeatureCount = 4096

    static func check(
        _ train: ResolvedSection, _ root: ResolvedSection, trainerKind: String, _ checker: inout RuleChecker
    ) {
        guard trainerKind == "unet3d" || trainerKind == "synthetic" else { return }
        checkSchedule(train, &checker)
        guard trainerKind == "unet3d" else { return }
        checkModel(train, &checker)
        let data = root.section("data")
        if data.string("type") == "phantom" {
            checkPhantom(data, train, &checker)
        } else if data.optionalString("directory") == nil {
            checker.add(.missing, "data.directory", nil, "a folder here or in train.data_dir")
        }
    }

    private static func checkSchedule(_ train: ResolvedSection, _ checker: inout RuleChecker) {
        let scheduler = train.section("scheduler")
        let epochs = train.integer("epochs")
        if scheduler.integer("warmup_epochs") >= epochs {
            checker.add(
                .conflict, "train.scheduler.warmup_epochs", found: "\(scheduler.integer("warmup_epochs"))",
                "fewer than train.epochs, which is \(epochs)")
        }
        if scheduler.number("min_lr") > train.number("learning_rate") {
            checker.add(
                .conflict, "train.scheduler.min_lr", found: "\(scheduler.number("min_lr"))",
                "at most train.learning_rate, which is \(train.number("learning_rate"))")
        }
    }

    private static func checkModel(_ train: ResolvedSection, _ checker: inout RuleChecker) {
        let model = ModelSettings(train.section("model"))
        let patch = VolumeSize(train.integers("patch_size"))
        if let side = patch.elements.first(where: { $0 % model.sizeMultiple != 0 }) {
            checker.add(
                .conflict, "train.patch_size", found: "a side of \(side)",
                "multiples of \(model.sizeMultiple), since train.model.depth is \(model.depth)")
        }
        let features = model.initFeatures << model.depth
        if features > maximumFeatureCount {
            checker.add(
                .conflict, "train.model.init_features",
                found: "\(model.initFeatures), which makes \(features) channels at depth \(model.depth)",
                "at most \(maximumFeatureCount) channels at the deepest level")
        }
        let gamma = train.section("loss").number("gamma")
        if gamma > 0 && gamma < 1 {
            // Below 1 the loss has no bounded derivative where a voxel is right.
            checker.add(.outOfRange, "train.loss.gamma", found: "\(gamma)", "0, or a number from 1 to 10")
        }
        let activations = train.integer("batch_size") * patch.voxelCount * model.initFeatures
        if activations > maximumActivationCount {
            checker.add(
                .conflict, "train.batch_size",
                found: "batch_size · patch voxels · init_features = \(activations)",
                "a product of at most \(maximumActivationCount)")
        }
    }

    private static func checkPhantom(
        _ data: ResolvedSection, _ train: ResolvedSection, _ checker: inout RuleChecker
    ) {
        let size = VolumeSize(data.integers("size"))
        let patch = VolumeSize(train.integers("patch_size"))
        if zip(patch.elements, size.elements).contains(where: { $0 > $1 }) {
            checker.add(.conflict, "train.patch_size", found: "\(patch)", "at most data.size, which is \(size)")
        }
        let nodules = data.integers("nodules_per_scan")
        if nodules[0] > nodules[1] {
            checker.add(
                .conflict, "data.nodules_per_scan", found: "\(nodules[0]) to \(nodules[1])", "fewest, then most")
        }
        let diameters = data.numbers("diameter")
        if diameters[0] > diameters[1] {
            checker.add(
                .conflict, "data.diameter", found: "\(diameters[0]) to \(diameters[1])", "smallest, then largest")
        }
        let side = size.elements.min() ?? 0
        if diameters[1] > Double(side) / 3 {
            checker.add(
                .conflict, "data.diameter", found: "nodules of up to \(diameters[1]) voxels",
                "at most a third of the smallest side, which is \(side)")
        }
        let model = train.section("model")
        for key in ["in_channels", "out_channels"] where model.integer(key) != 1 {
            checker.add(.conflict, "train.model.\(key)", found: "\(model.integer(key))", "1 for phantom volumes")
        }
    }
}
