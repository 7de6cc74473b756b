import JSON
import Testing
import TrainingConfiguration

/// Configurations of related projects: each key means what its author means, or is refused by its name.
@Suite("Other spellings")
struct OtherSpellingsTests {
    private func resolve(_ yaml: String) throws -> TrainingConfiguration {
        try TrainingConfiguration(resolving: ConfigurationSource(yaml: yaml))
    }

    @Test(
        "a key means here what it means there",
        arguments: [
            ("train: {checkpoint_monitor: val/loss}", "train: {checkpoint_monitor: val_loss}"),
            ("train: {checkpoint_monitor: val/dice}", "train: {checkpoint_monitor: val_dice}"),
            (
                "train: {early_stopping_patience: 3, early_stopping_monitor: train/loss}",
                "train: {early_stopping_patience: 3, early_stopping_monitor: train_loss}"
            ),
            (
                "train: {optimizer: {lr: 0.01, weight_decay: 0.5}}", "train: {learning_rate: 0.01, weight_decay: 0.5}"
            ),
            ("train: {hardware: {seed: 7, device: auto, mixed_precision: false, gpu_ids: []}}", "train: {seed: 7}"),
            (
                "train: {augmentation: {enabled: false, random_flip_prob: 0.3}}",
                "train: {augment: {flip: false, rotate_degrees: 0}}"
            ),
            (
                "train: {augmentation: {enabled: true, random_flip_prob: 0.5, random_rotation_prob: 0, random_scale_prob: 0}}",
                "train: {augment: {flip: true, rotate_degrees: 0}}"
            ),
            ("train: {loss: {focal_alpha: 0.5, focal_gamma: 3}}", "train: {loss: {alpha: 0.5, gamma: 3}}"),
            ("train: {preprocessing: {window_center: -500}}", "preprocessing: {window_center: -500}"),
            ("train: {logging: {log_every: 5}}", "train: {log_every: 5}"),
            ("train: {validation: {val_every: 1}}", "train: {}"),
            ("train: {use_hard_negative_mining: false, hard_negative_ratio: 3, min_negative_samples: 2}", "train: {}"),
            ("train: {precision: 32}\ndevice: cpu", "train: {}"),
            (
                "training: {epochs: 5, batch_size: 4, lr: 0.01}\nmodel: {init_features: 4}\nseed: 3",
                "train: {epochs: 5, batch_size: 4, learning_rate: 0.01, model: {init_features: 4}, seed: 3}"
            ),
            (
                "checkpointing: {monitor: val/loss, mode: min, save_top_k: 2, save_last: false}",
                "train: {checkpoint_monitor: val_loss, checkpoint_mode: min, checkpoint_save_top_k: 2, "
                    + "checkpoint_save_last: false}"
            ),
            ("early_stopping: {enabled: false, patience: 5}", "train: {}"),
            (
                "early_stopping: {patience: 5, min_delta: 0.1}",
                "train: {early_stopping_patience: 5, early_stopping_min_delta: 0.1}"
            ),
            (
                "optimizer: {name: sgd, lr: 0.1}\nscheduler: {name: step}\nlogging: {log_every: 2}",
                "train: {optimizer: {type: sgd}, learning_rate: 0.1, scheduler: {type: step}, log_every: 2}"
            ),
            ("train: {early_stopping_patience: 0, gradient_clip: 0}", "train: {}"),
            (
                "data: {train_dir: /x/train, val_dir: /x/val, annotations: a.csv}",
                "data: {directory: /x, annotations: a.csv}"
            ),
            (
                "data: {type: phantom, size: [32, 32, 32], patch_size: [16, 16, 16]}",
                "data: {type: phantom, size: [32, 32, 32]}\ntrain: {patch_size: [16, 16, 16]}"
            ),
        ])
    func translated(there: String, here: String) throws {
        #expect(try resolve(there).canonicalBytes == resolve(here).canonicalBytes)
    }

    @Test(
        "what this version cannot do is refused by its name",
        arguments: [
            ("train: {precision: 16}", "train.precision"),
            ("train: {hardware: {device: cuda}}", "train.hardware.device"),
            ("device: cuda:0", "device"), ("train: {mixed_precision: true}", "train.mixed_precision"),
            ("train: {hardware: {gpu_ids: [0, 1]}}", "train.hardware.gpu_ids"),
            ("train: {augmentation: {random_flip_prob: 0.3}}", "train.augmentation.random_flip_prob"),
            ("train: {augmentation: {random_rotation_prob: 0.5}}", "train.augmentation.random_rotation_prob"),
            ("train: {augmentation: {random_scale_prob: 0.2}}", "train.augmentation.random_scale_prob"),
            ("train: {augmentation: {random_warp_prob: 0.2}}", "train.augmentation"),
            ("train: {validation: {val_every: 2}}", "train.validation.val_every"),
            ("train: {use_hard_negative_mining: true}", "train.use_hard_negative_mining"),
            ("train: {optimizer: {lr: 0.01}, learning_rate: 0.02}", "train.optimizer.lr"),
            ("inference: {threshold: 0.5}", "inference"), ("data: {train_dir: a, val_dir: b}", "data.train_dir"),
            ("train: {checkpoint_monitor: val_acc}", "train.checkpoint_monitor"),
            ("train: {checkpoint_monitor: val/iou}", "train.checkpoint_monitor"),
            ("train: {early_stopping_patience: 2, early_stopping_monitor: val_f1}", "train.early_stopping_monitor"),
            ("train: {loss: {smooth: 0}}", "train.loss.smooth"),
        ])
    func refused(text: String, path: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try resolve(text) }
        #expect(error?.first.path == path, "\(error?.description ?? "")")
    }

    @Test("a translation keeps the lines, and is told")
    func lines() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try resolve("train:\n  optimizer:\n    lr: fast\n")
        }
        #expect(error?.first.path == "train.learning_rate" && error?.first.line == 3)
        let configuration = try resolve("training:\n  epochs: 3\n")
        #expect(configuration.warnings.map(\.path) == ["training"])
    }

    @Test("the name of an experiment is the session's")
    func name() throws {
        #expect(try resolve("experiment_name: first try\ntrain: {epochs: 3}").sessionName == "first try")
        #expect(try resolve("train: {epochs: 3}").sessionName == nil)
    }

    @Test("every metric that is told to be reported may be monitored")
    func monitors() throws {
        for text in [
            "trainer: {kind: synthetic}", "data: {type: phantom}", "data: {type: phantom, task: segmentation}",
            "data: {type: folder, directory: x, task: segmentation, classes: [none, a, b]}\n"
                + "train: {model: {out_channels: 3}, loss: {type: ce}}",
        ] {
            let names = try #require(try resolve(text).reportedMetrics)
            #expect(names.contains("val_loss") && names == names.sorted())
            for name in names {
                var source = try ConfigurationSource(yaml: text)
                try source.override("train.checkpoint_monitor", with: .string(name))
                #expect(throws: Never.self) { try TrainingConfiguration(resolving: source) }
            }
        }
        #expect(try resolve("trainer: {kind: external}").reportedMetrics == nil)
    }
}
