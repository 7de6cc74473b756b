import JSON
import Testing
import TrainingConfiguration

@Suite("Resolving a session's configuration")
struct TrainingConfigurationTests {
    private func resolve(_ yaml: String) throws(ConfigurationError) -> TrainingConfiguration {
        try TrainingConfiguration(resolving: ConfigurationSource(yaml: yaml))
    }

    @Test("an empty configuration is complete")
    func defaults() throws {
        let configuration = try resolve("{}")
        #expect(configuration.trainer == .unet3d)
        #expect(configuration.plannedEpochs == 30)
        #expect(configuration.seed == 0)
        #expect(configuration.checkpoints.monitor == "val_loss")
        #expect(configuration.checkpoints.mode == .min)
        #expect(configuration.train?.earlyStopping == nil)
        #expect(configuration.train?.model.sizeMultiple == 8)
        #expect(configuration.train?.loss.terms == [.dice, .focal])
        guard case .phantom(let phantom)? = configuration.data else { throw ConfigurationTestError.unexpected }
        #expect(phantom.size.elements == [64, 64, 64])
        #expect(configuration.warnings.isEmpty)
        #expect(configuration.flattened["train.learning_rate"] == 0.001)
        #expect(configuration.flattened["train.patch_size"] == "[32,32,32]")
        #expect(configuration.flattened["train.gradient_clip"] == nil)
    }

    @Test(
        "resolving the resolved configuration changes nothing",
        arguments: [
            "{}", "trainer: {kind: synthetic}", "trainer: {kind: command, command: [a]}",
            "trainer: {kind: external}\nlr: 0.1", "train: {data_dir: x, early_stopping_patience: 3}",
        ])
    func fixedPoint(yaml: String) throws {
        let once = try resolve(yaml)
        let twice = try TrainingConfiguration(resolving: ConfigurationSource(once.resolved))
        #expect(twice.canonicalBytes == once.canonicalBytes)
        let read = try TrainingConfiguration(resolving: ConfigurationSource(json: once.canonicalBytes))
        #expect(read.canonicalBytes == once.canonicalBytes)
        #expect(read.train == once.train)
        #expect(read.data == once.data)
    }

    @Test("the canonical form does not depend on order, on number style, or on JSON against YAML")
    func canonical() throws {
        let first = try resolve("train:\n  epochs: 5\n  weight_decay: 0\n  extra: {b: 1, a: 2}\nthreads: 2\n")
        let second = try resolve("threads: 2.0\ntrain: {extra: {a: 2, b: 1}, weight_decay: -0.0, epochs: 5}\n")
        #expect(first.canonicalBytes == second.canonicalBytes)
        let third = try TrainingConfiguration(
            resolving: ConfigurationSource(
                json: Array(#"{"threads":2,"train":{"weight_decay":0e0,"extra":{"a":2,"b":1},"epochs":5}}"#.utf8)))
        #expect(third.canonicalBytes == first.canonicalBytes)
    }

    @Test(
        "a key that nothing reads is refused, with the place where there is such a key; extra holds what only users read"
    )
    func unknownKeys() throws {
        let text = "train:\n  folds: 3\nname: x\nweight_decay: 0.1\ninference: {threshold: 0.5}\n"
        let error = #expect(throws: ConfigurationError.self) { try resolve(text) }
        #expect(error?.problems.map(\.path) == ["train.folds", "name", "weight_decay", "inference"])
        #expect(error?.problems.allSatisfy { $0.code == .unknownKey && $0.allowed.contains("extra") } == true)
        #expect(error?.problems[2].line == 4)
        #expect(error?.problems[2].allowed.hasPrefix("train.weight_decay, if that is what is meant") == true)
        let kept = try resolve("extra: {folds: [.nan, 1]}\ntrain: {extra: {name: x}}\n")
        #expect(kept.resolved["extra"]?["folds"] == ["NaN", 1] && kept.resolved["train"]?["extra"]?["name"] == "x")
        #expect(kept.warnings.isEmpty)
        // What was recorded before there was this rule is still read.
        let recorded = try TrainingConfiguration(resolving: ConfigurationSource(yaml: text), isRecorded: true)
        #expect(recorded.resolved["weight_decay"] == 0.1)
        #expect(recorded.warnings.map(\.path).sorted() == ["inference", "name", "train.folds", "weight_decay"])
    }

    @Test("keys that change nothing are warned of, and so are those of another kind")
    func harmlessKeys() throws {
        let configuration = try resolve(
            "train: {checkpoint_dir: x, num_workers: 4, wandb_project: y}\ncudnn_benchmark: true\n"
                + "data: {type: phantom, val_fraction: 0.5}")
        #expect(
            configuration.warnings.map(\.path).sorted() == [
                "cudnn_benchmark", "data.val_fraction", "train.checkpoint_dir", "train.num_workers",
                "train.wandb_project",
            ])
    }

    @Test(
        "a key that is nearly a known one is refused with that one, since another value would be trained with",
        arguments: [
            ("train: {epoch: 3}", "train.epoch", "epochs"),
            ("train: {learningRate: 1}", "train.learningRate", "learning_rate"),
            ("train: {EPOCHS: 3}", "train.EPOCHS", "epochs"), ("trian: {epochs: 3}", "trian", "train"),
            ("train: {epochs: 3, epoch: 4}", "train.epoch", "epochs"),
            ("train: {augment: {flips: true}}", "train.augment.flips", "flip"),
        ])
    func mistypedKeys(text: String, path: String, nearest: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try resolve(text) }
        #expect(error?.problems.map(\.path) == [path])
        #expect(error?.first.code == .mistypedKey)
        #expect(error?.first.allowed.hasPrefix(nearest + ",") == true)
        // What was recorded before there was this rule is still read.
        let recorded = try TrainingConfiguration(resolving: ConfigurationSource(yaml: text), isRecorded: true)
        #expect(recorded.warnings.map(\.path) == [path])
    }

    @Test("in a section of the user's own, a key that is nearly a known one is warned of")
    func mistypedOwnKeys() throws {
        let configuration = try resolve(
            "trainer: {kind: external}\ntrain: {epoch: 3, own: 1}\nthread: 2\nanything: 1")
        #expect(configuration.warnings.map(\.path).sorted() == ["thread", "train.epoch"])
        #expect(try resolve("trainer: {kind: external}\ntrain: {epoch: 3, epochs: 4}").warnings.isEmpty)
    }

    @Test("a file that says nothing is refused", arguments: ["", "\n", "# train:\n", "---\n", "null"])
    func blank(text: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try resolve(text) }
        #expect(error?.first.found == "an empty file")
        var source = try ConfigurationSource(yaml: text)
        try source.override("train.epochs", with: 3)
        #expect(throws: ConfigurationError.self) { try TrainingConfiguration(resolving: source) }
    }

    @Test(
        "the reason of a checkpoint's deletion names the rule",
        arguments: [
            ("checkpoint_save_top_k: 3", "not among the 3 best by val_loss, nor the last"),
            ("checkpoint_save_top_k: 1, checkpoint_save_last: false", "not the best by val_loss"),
            ("checkpoint_save_top_k: 0", "none but the last is kept"),
        ])
    func surplus(rule: String, reason: String) throws {
        let policy = try resolve("train: {\(rule)}").checkpoints
        #expect(policy.surplusReason == reason + " (train.checkpoint_save_top_k)")
    }

    @Test("early stopping and checkpoint modes follow from the metric when not given")
    func modes() throws {
        let configuration = try resolve("train: {checkpoint_monitor: val_froc, early_stopping_patience: 4}")
        #expect(configuration.checkpoints.mode == .max)
        #expect(configuration.train?.earlyStopping?.monitor == "val_froc")
        #expect(configuration.train?.earlyStopping?.mode == .max)
        let other = try resolve(
            "train: {checkpoint_monitor: val_froc, early_stopping_patience: 4, early_stopping_monitor: val_loss}")
        #expect(other.train?.earlyStopping?.mode == .min)
    }

    @Test("a folder of data is meant when one is named")
    func folder() throws {
        let configuration = try resolve("train: {data_dir: /scans}\npreprocessing: {window_center: -500}")
        guard case .folder(let folder)? = configuration.data else { throw ConfigurationTestError.unexpected }
        #expect(folder.directory == "/scans")
        #expect(configuration.preprocessing?.windowCenter == -500)
        let error = #expect(throws: ConfigurationError.self) { try resolve("data: {type: folder}") }
        #expect(error?.path == "data.directory")
    }

    @Test("programs of the user's own keep their keys without warnings")
    func ownPrograms() throws {
        let configuration = try resolve(
            """
            trainer: {kind: command, command: [python, train.py], environment: {A: "1"}, grace_seconds: 2.5}
            train: {epochs: 4, whatever: [1, 2], checkpoint_monitor: acc}
            model: resnet
            """)
        #expect(configuration.warnings.isEmpty)
        #expect(configuration.plannedEpochs == 4)
        #expect(configuration.train == nil)
        #expect(configuration.data == nil)
        #expect(configuration.checkpoints.mode == .max)
        guard case .command(let command) = configuration.trainer else { throw ConfigurationTestError.unexpected }
        #expect(command.command == ["python", "train.py"])
        #expect(command.environment == ["A": "1"])
        #expect(command.grace == .milliseconds(2500))
        #expect(command.timeout == nil)
        #expect(command.metrics == .none)
        #expect(command.passedEnvironment == [])
        #expect(try resolve("trainer: {kind: external}").plannedEpochs == nil)
    }

    @Test(
        "a program's variables and name are those that can be",
        arguments: [
            (#"environment: {LD_PRELOAD: x}"#, "trainer.environment.LD_PRELOAD"),
            (#"environment: {PIVOT_LEASE: x}"#, "trainer.environment.PIVOT_LEASE"),
            (#"environment: {"A B": x}"#, "trainer.environment.A B"),
            (#"environment: {"1A": x}"#, "trainer.environment.1A"), (#"environment: {"": x}"#, "trainer.environment"),
            (#"pass_environment: [A, PIVOT_API_KEY]"#, "trainer.pass_environment[1]"),
            (#"pass_environment: [A=B]"#, "trainer.pass_environment[0]"), (#"command: [./train]"#, "trainer.command"),
            (#"command: [../train]"#, "trainer.command"),
        ])
    func programVariables(line: String, path: String) throws {
        let command = line.hasPrefix("command") ? "" : ", command: [x]"
        let error = #expect(throws: ConfigurationError.self) {
            try resolve("trainer: {kind: command, \(line)\(command)}")
        }
        #expect(error?.path == path)
    }

    @Test("overrides are validated like the file")
    func overrides() throws {
        var source = try ConfigurationSource(yaml: "train:\n  epochs: 3\n")
        try source.override(setting: "train.epochs=many")
        let error = #expect(throws: ConfigurationError.self) { try TrainingConfiguration(resolving: source) }
        #expect(error?.path == "train.epochs")
        #expect(error?.line == nil)
        try source.override("train.epochs", with: 7)
        #expect(try TrainingConfiguration(resolving: source).plannedEpochs == 7)
    }

    @Test(
        "values that do not go together are refused with the reason",
        arguments: [
            ("train: {patch_size: [32, 30, 32]}", "train.patch_size"),
            ("train: {model: {depth: 5}, patch_size: [24, 32, 32]}", "train.patch_size"),
            ("train: {patch_size: [128, 64, 64]}", "train.patch_size"),
            ("train: {epochs: 3, scheduler: {warmup_epochs: 3}}", "train.scheduler.warmup_epochs"),
            ("train: {learning_rate: 0.001, scheduler: {min_lr: 0.01}}", "train.scheduler.min_lr"),
            ("train: {model: {init_features: 256, depth: 5}, patch_size: [32, 32, 32]}", "train.model.init_features"),
            ("train: {batch_size: 256, model: {init_features: 64}}", "train.batch_size"),
            ("data: {nodules_per_scan: [3, 1]}", "data.nodules_per_scan"),
            ("data: {diameter: [9, 4]}", "data.diameter"),
            ("data: {diameter: [4, 30]}", "data.diameter"),
            ("train: {model: {in_channels: 2}}", "train.model.in_channels"),
            ("train: {model: {out_channels: 3}}", "train.model.out_channels"),
        ])
    func conflicts(yaml: String, path: String) {
        let error = #expect(throws: ConfigurationError.self) { try resolve(yaml) }
        #expect(error?.path == path)
        #expect(error?.first.code == .conflict)
        #expect(error?.line == 1)
    }

    @Test("a focal loss of a gamma between 0 and 1 is refused")
    func gamma() throws {
        let error = #expect(throws: ConfigurationError.self) { try resolve("train: {loss: {gamma: 0.5}}") }
        #expect(error?.path == "train.loss.gamma")
        #expect(throws: Never.self) { try resolve("train: {loss: {gamma: 0}}") }
    }

    @Test(
        "loss, channels, task, labels and window that do not fit each other are refused with what would fit",
        arguments: [
            ("train: {model: {out_channels: 3}}\n", "train.loss.type", "dice, ce, dice_ce"),
            ("train: {loss: {type: dice_ce}}\n", "train.loss.type", "dice_focal"),
            ("train: {model: {out_channels: 3}, loss: {type: ce}}\n", "train.model.out_channels", "data.task"),
            ("train: {model: {in_channels: 2}}\n", "train.model.in_channels", "1"),
            ("data: {classes: [other, bone]}\n", "data.classes", "train.model.out_channels, which is 1"),
            ("preprocessing: {window: percentile, percentiles: [99, 1]}\n", "preprocessing.percentiles", "the lower"),
        ])
    func folders(yaml: String, path: String, remedy: String) throws {
        let data = yaml.hasPrefix("data") ? "" : "data: {}\n"
        let task = path == "train.model.out_channels" ? "detection" : "segmentation"
        let error = #expect(throws: ConfigurationError.self) {
            try TrainingConfiguration(
                resolving: ConfigurationSource(
                    yaml: (yaml + data).replacing("data: {", with: "data: {directory: scans, task: \(task), ")))
        }
        #expect(error?.first.code == .conflict && error?.first.path == path)
        #expect(error?.first.allowed.contains(remedy) == true)
    }

    @Test("phantoms have neither percentiles nor several labels")
    func phantoms() {
        for (yaml, path) in [
            ("preprocessing: {window: percentile}", "preprocessing.window"),
            ("train: {model: {out_channels: 2}, loss: {type: ce}}", "train.model.out_channels"),
        ] {
            let error = #expect(throws: ConfigurationError.self) {
                try TrainingConfiguration(resolving: ConfigurationSource(yaml: yaml))
            }
            #expect(error?.first.path == path)
        }
    }

    @Test("all problems are told at once, with path, line, finding and what is allowed")
    func messages() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try resolve("train:\n  epochs: many\n  model:\n    depth: 9\n  loss: [1]\ndata: {type: cloud}\n")
        }
        #expect(
            error?.problems.map(\.description) == [
                "train.epochs (line 2): found \"many\"; allowed: an integer from 1 to 100000",
                "train.model.depth (line 4): found 9; allowed: an integer from 1 to 6",
                "train.loss (line 5): found a list of 1; allowed: a mapping",
                "data.type (line 6): found \"cloud\"; allowed: one of phantom, folder",
            ])
    }

    @Test("a resolved configuration has a largest size")
    func largestSize() throws {
        var object = JSONObject()
        for index in 0..<200 { object.append(.string(String(repeating: "x", count: 1000)), forKey: "k\(index)") }
        object = ["extra": .object(object)]
        let error = #expect(throws: ConfigurationError.self) {
            try TrainingConfiguration(resolving: ConfigurationSource(.object(object)))
        }
        #expect(error?.first.code == .tooLarge)
    }

    @Test("metrics are compared in their mode, and NaN never wins")
    func modesCompare() {
        #expect(MetricMode.min.isBetter(1, than: 2))
        #expect(!MetricMode.min.isBetter(1.95, than: 2, by: 0.1))
        #expect(MetricMode.max.isBetter(2, than: 1))
        #expect(!MetricMode.max.isBetter(.nan, than: 1))
        #expect(MetricMode.max.isBetter(1, than: .nan))
        #expect(!MetricMode.max.isBetter(1, than: 1))
    }
}

enum ConfigurationTestError: Error { case unexpected }
