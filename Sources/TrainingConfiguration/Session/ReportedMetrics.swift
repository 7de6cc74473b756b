import Tracking

/// The metrics that the trainers built in here report with each epoch.
package enum ReportedMetrics {
    /// The names, in the order of their bytes, for a configuration whose defaults are filled in.
    static func names(_ root: ResolvedSection, _ kind: TrainerKind) -> [String] {
        var names = [
            "epoch_seconds", "learning_rate", "train_accuracy", "train_loss", "val_accuracy", "val_dice", "val_loss",
        ]
        func sorted() -> [String] { names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
        guard kind.trainsOnVolumes else {
            names.append("val_froc")
            return sorted()
        }
        let data = root.section("data")
        let channels = root.section("train").section("model").integer("out_channels")
        if channels > 1 {
            let given = data.string("type") == "folder" ? data.optionalStrings("classes") : nil
            let classes = given ?? (0..<channels).map(String.init)
            names += classes.dropFirst().map { "val_dice/\($0)" }
        }
        if data.string("task") == "detection" { names.append("val_froc") }
        return sorted()
    }
}

extension TrainingConfiguration {
    /// The metrics that its trainer reports with each epoch; nil when it is a program's own affair.
    package var reportedMetrics: [String]? {
        trainer.kind.isBuiltIn ? ReportedMetrics.names(ResolvedSection(resolved), trainer.kind) : nil
    }
}
