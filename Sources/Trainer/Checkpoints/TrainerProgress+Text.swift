extension TrainerProgress {
    /// Every value as text, those that are not there left out.
    var texts: [String: String] {
        var texts = [
            "seed": String(seed), "epoch": String(epoch), "step": String(step), "batch_in_epoch": String(batchInEpoch),
            "loss_sum": Self.text(lossSum), "voxel_counts": voxelCounts.map(String.init).joined(separator: " "),
            "pass_count": String(passCount), "pending_pass_count": String(pendingPassCount),
            "update_count": String(updateCount), "schedule_bad_count": String(scheduleBadCount),
            "schedule_reductions": String(scheduleReductions), "stopping_bad_count": String(stoppingBadCount),
        ]
        texts["schedule_best"] = scheduleBest.map(Self.text)
        texts["best_metric"] = bestMetric.map(Self.text)
        texts["best_epoch"] = bestEpoch.map(String.init)
        texts["stopping_best"] = stoppingBest.map(Self.text)
        return texts
    }

    /// Reads what `texts` gives; numbers must be written as they are written there.
    init(texts: [String: String]) throws(TrainerCheckpointError) {
        let reader = TextReader(texts: texts)
        self.init(seed: try reader.integer("seed"))
        epoch = try reader.count("epoch")
        step = try reader.count("step")
        batchInEpoch = try reader.count("batch_in_epoch")
        lossSum = try reader.number("loss_sum")
        voxelCounts = try reader.counts("voxel_counts", 4)
        passCount = try reader.integer("pass_count")
        pendingPassCount = try reader.count("pending_pass_count")
        updateCount = try reader.count("update_count")
        scheduleBest = try reader.optionalNumber("schedule_best")
        scheduleBadCount = try reader.count("schedule_bad_count")
        scheduleReductions = try reader.count("schedule_reductions")
        bestMetric = try reader.optionalNumber("best_metric")
        bestEpoch = texts["best_epoch"] == nil ? nil : try reader.count("best_epoch")
        stoppingBest = try reader.optionalNumber("stopping_best")
        stoppingBadCount = try reader.count("stopping_bad_count")
    }

    /// The fewest digits that read back to the same bits; "nan", "inf" and "-inf" else.
    private static func text(_ value: Double) -> String { value.description }

    private struct TextReader {
        let texts: [String: String]

        func integer(_ key: String) throws(TrainerCheckpointError) -> UInt64 {
            guard let value = texts[key].flatMap({ UInt64($0) }) else { throw invalid(key) }
            return value
        }

        func count(_ key: String) throws(TrainerCheckpointError) -> Int {
            guard let value = texts[key].flatMap({ Int($0) }), value >= 0 else { throw invalid(key) }
            return value
        }

        func counts(_ key: String, _ number: Int) throws(TrainerCheckpointError) -> [Int] {
            let values =
                texts[key]?.split(separator: " ", omittingEmptySubsequences: false).compactMap { Int($0) } ?? []
            guard values.count == number, values.allSatisfy({ $0 >= 0 }) else { throw invalid(key) }
            return values
        }

        func number(_ key: String) throws(TrainerCheckpointError) -> Double {
            guard let value = texts[key].flatMap({ Double($0) }) else { throw invalid(key) }
            return value
        }

        func optionalNumber(_ key: String) throws(TrainerCheckpointError) -> Double? {
            texts[key] == nil ? nil : try number(key)
        }

        private func invalid(_ key: String) -> TrainerCheckpointError {
            .invalidProgress(key: "progress.\(key)", found: texts[key])
        }
    }
}
