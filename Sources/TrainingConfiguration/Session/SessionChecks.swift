import JSON
import Text
import Tracking

/// The conditions between values of a configuration whose single values are all allowed.
enum SessionChecks {
    /// The most values a forward pass may hold on its first level, per feature: batch · voxels · features.
    static let maximumActivationCount = 1 << 28
    /// The most channels of the deepest level.
    static let maximumFeatureCount = 4096

    static func check(
        _ train: ResolvedSection, _ root: ResolvedSection, trainerKind: TrainerKind, _ checker: inout RuleChecker
    ) {
        if trainerKind.isSupervisedProgram { checkCommand(root.section("trainer"), &checker) }
        guard trainerKind.isBuiltIn else { return }
        checkSchedule(train, &checker)
        checkMonitors(train, ReportedMetrics.names(root, trainerKind), &checker)
        guard trainerKind.trainsOnVolumes else { return }
        checkModel(train, &checker)
        let data = root.section("data")
        let preprocessing = root.section("preprocessing")
        if data.string("type") == "phantom" {
            checkPhantom(data, train, preprocessing, &checker)
        } else {
            checkFolder(data, train, preprocessing, &checker)
        }
        checkLoss(train, &checker)
    }

    /// A metric that is never reported would rank nothing and stop nothing.
    private static func checkMonitors(_ train: ResolvedSection, _ names: [String], _ checker: inout RuleChecker) {
        var keys = ["checkpoint_monitor"]
        if train.optionalInteger("early_stopping_patience") != nil { keys.append("early_stopping_monitor") }
        for key in keys {
            guard let name = train.optionalString(key), !names.contains(name) else { continue }
            let nearest = Spelling.nearest(to: name, among: names).map { "\($0), if that is what is meant; " } ?? ""
            checker.add(
                .outOfRange, "train.\(key)", found: "'\(name)', which this training does not report",
                "\(nearest)it reports \(names.joined(separator: ", "))")
        }
    }

    /// The loss follows from what the channels mean: one is a sigmoid, several are a softmax over labels.
    private static func checkLoss(_ train: ResolvedSection, _ checker: inout RuleChecker) {
        let channels = train.section("model").integer("out_channels")
        let type = train.section("loss").string("type")
        if channels > 1, !LossSettings.classNames.contains(type) {
            checker.add(
                .conflict, "train.loss.type", found: "\(type), which is for one channel",
                "\(LossSettings.classNames.joined(separator: ", ")), since train.model.out_channels is \(channels)")
        } else if channels == 1, !LossSettings.binaryNames.contains(type) {
            checker.add(
                .conflict, "train.loss.type", found: "\(type), which is for several channels",
                "\(LossSettings.binaryNames.joined(separator: ", ")), since train.model.out_channels is 1")
        }
    }

    private static func checkFolder(
        _ data: ResolvedSection, _ train: ResolvedSection, _ preprocessing: ResolvedSection,
        _ checker: inout RuleChecker
    ) {
        if data.optionalString("directory") == nil {
            checker.add(.missing, "data.directory", nil, "a folder here or in train.data_dir")
        }
        let model = train.section("model")
        if model.integer("in_channels") != 1 {
            checker.add(
                .conflict, "train.model.in_channels", found: "\(model.integer("in_channels"))",
                "1, since a scan has one channel")
        }
        let channels = model.integer("out_channels")
        if channels > 1, data.string("task") != "segmentation" {
            checker.add(
                .conflict, "train.model.out_channels", found: "\(channels) with data.task \(data.string("task"))",
                "1, or data.task segmentation")
        }
        if let classes = data.optionalStrings("classes") {
            if classes.count != channels {
                checker.add(
                    .conflict, "data.classes", found: "\(classes.count) names",
                    "as many as train.model.out_channels, which is \(channels); leave it out for a single mask")
            } else if Set(classes).count != classes.count {
                checker.add(.conflict, "data.classes", found: "a name twice", "a name of its own for each label")
            }
        }
        let percentiles = preprocessing.numbers("percentiles")
        if percentiles[0] >= percentiles[1] {
            checker.add(
                .conflict, "preprocessing.percentiles", found: "\(percentiles[0]) and \(percentiles[1])",
                "the lower, then the higher")
        }
    }

    /// A program's variables: names that a shell can set, none of those that say who the program is, and none that put other
    /// code into an allowed program before it begins.
    private static func checkCommand(_ trainer: ResolvedSection, _ checker: inout RuleChecker) {
        for (name, value) in trainer.stringMap("environment").sorted(by: { $0.key < $1.key }) {
            let path = "trainer.environment.\(name)"
            checkVariable(name, at: path, &checker)
            if name.hasPrefix("LD_") {
                checker.add(
                    .outOfRange, path, found: "the variable \(name)",
                    "LD_ variables only through trainer.pass_environment, with the server's own value")
            }
            if value.utf8.contains(0) { checker.add(.outOfRange, path, found: "a NUL character", "text without it") }
        }
        for (index, name) in trainer.strings("pass_environment").enumerated() {
            checkVariable(name, at: "trainer.pass_environment[\(index)]", &checker)
        }
        let program = trainer.strings("command")[0]
        if program.contains("/"), !program.hasPrefix("/") {
            checker.add(
                .outOfRange, "trainer.command", found: "the relative path \(program)",
                "a program's full path, or the bare name of one in PATH, such as python3")
        }
    }

    private static func checkVariable(_ name: String, at path: String, _ checker: inout RuleChecker) {
        let isName = name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
        }
        let startsWithDigit = name.utf8.first.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ?? true
        if !isName || startsWithDigit {
            checker.add(
                .outOfRange, path, found: "the name '\(name)'",
                "letters, digits and underscores, not beginning with a digit")
        } else if name.hasPrefix("PIVOT_") {
            checker.add(.outOfRange, path, found: "the variable \(name)", "names that do not begin with PIVOT_")
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
        _ data: ResolvedSection, _ train: ResolvedSection, _ preprocessing: ResolvedSection,
        _ checker: inout RuleChecker
    ) {
        if preprocessing.string("window") != "hu" {
            checker.add(
                .conflict, "preprocessing.window", found: preprocessing.string("window"),
                "hu for phantom volumes, whose intensities are HU")
        }
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
