/// Keys of other projects that change nothing of a training here, wherever they stand: each gets a warning.
enum HarmlessKeys {
    private static let names: Set<String> = [
        "cache_size", "checkpoint_dir", "cudnn_benchmark", "cudnn_deterministic", "deterministic", "log_dir",
        "num_workers",
        "output_dir", "persistent_workers", "pin_memory", "prefetch_factor", "save_dir", "tensorboard", "verbose",
    ]

    static func contains(_ key: String) -> Bool { names.contains(key) || key.hasPrefix("wandb") }
}
