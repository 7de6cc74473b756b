package import API
import Compression
package import Foundation
import JSON
import Scans
package import TensorEngine
package import TrainingConfiguration

/// A 3D U-Net with its volumes: patches of the training scans make the steps, whole validation scans the metrics.
package final class UNet3DTrainee: Trainee {
    package let facts: TraineeFacts
    package let description: [String: String]
    private let training: UNet3DTraining
    private let sampler: PatchSampler
    private let scans: ScanStore
    private let validator: ScanValidator
    private let channels: Int
    private let overlayEveryEpochs: Int
    private let clock: any Clock<Duration>
    /// The time that the steps of the epoch under way took, and the part of it that went into getting their patches.
    private var stepSeconds = 0.0
    private var dataSeconds = 0.0
    private var entries: (epoch: Int, list: [PatchSampler.Entry])?

    /// The trainee of a configuration; a folder of scans that is not absolute is relative to `base`. `clock` measures how
    /// long steps wait for data.
    /// - Throws: `.data` for a folder that cannot be used, `.engine` when the numeric library refuses.
    package init(
        _ configuration: TrainingConfiguration,
        relativeTo base: URL = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory),
        clock: any Clock<Duration> = ContinuousClock()
    ) throws(TrainerError) {
        guard let train = configuration.train, let preprocessing = configuration.preprocessing,
            let source = configuration.data
        else { throw TrainerError(.configuration, "The configuration is not one of a unet3d training.") }
        self.clock = clock
        channels = train.model.outChannels
        overlayEveryEpochs = train.overlayEveryEpochs
        let data = try TrainingData(configuration, source, preprocessing, channels: channels, relativeTo: base)
        let loss = Self.loss(train.loss, channels: channels)
        do throws(TensorEngineError) {
            let engine = try ComputeEngine(threadCount: configuration.threads)
            let network = try UNet3D(
                UNet3DConfiguration(
                    inputChannels: train.model.inChannels, outputChannels: channels,
                    initialFeatures: train.model.initFeatures, depth: train.model.depth,
                    batchNormalization: train.model.batchNorm, dropout: Float(train.model.dropout)),
                seed: configuration.seed, engine: engine)
            training = try UNet3DTraining(
                network,
                .init(
                    loss: loss, optimizer: Self.optimizer(train), gradientClip: train.gradientClip,
                    accumulationSteps: train.gradientAccumulationSteps))
            validator = ScanValidator(
                network, loss: loss, task: data.task, patchSize: train.patchSize,
                sizeMultiple: train.model.sizeMultiple, classNames: data.classNames, scans: data.scans)
            let report = engine.report
            facts = TraineeFacts(
                engine: "oneDNN " + report.libraryVersion, instructionSet: report.instructionSet,
                threads: report.threadCount, dataDigest: data.digest, provenance: data.provenance,
                warnings: data.warnings)
        } catch {
            throw TrainerError(.engine, "The network cannot be created: \(error).")
        }
        scans = data.scans
        sampler = PatchSampler(
            train, spacing: preprocessing.targetSpacing, task: data.task, scanCount: scans.count(of: .training),
            seed: configuration.seed)
        let model = configuration.resolved["train"]?["model"] ?? .null
        description = ["kind": "unet3d", "architecture": String(decoding: model.encoded(), as: UTF8.self)]
    }

    package var batchesPerEpoch: Int { sampler.batchesPerEpoch }
    package var stepDuration: Duration { .zero }

    package func step(epoch: Int, batches: Range<Int>, learningRate: Double) throws(TrainerError) -> StepResult {
        var stopwatch = Stopwatch(clock)
        let entries = entries(ofEpoch: epoch)
        var lossSum = 0.0
        var confusion = VoxelConfusion()
        for index in batches {
            let batch = try batch(index, of: entries)
            dataSeconds += stopwatch.lap()
            do throws(TensorEngineError) {
                lossSum += try training.pass(volumes: batch.volumes, targets: batch.targets, shape: batch.shape)
            } catch {
                throw TrainerError(.engine, "A training step failed in epoch \(epoch): \(error).")
            }
            if let counts = lastConfusion(batchCount: batch.shape.batch) { confusion += counts }
            stepSeconds += stopwatch.lap()
        }
        let norm = training.update(learningRate: learningRate)
        stepSeconds += stopwatch.lap()
        return StepResult(
            batchCount: batches.count, lossSum: lossSum,
            voxelCounts: [
                confusion.truePositives, confusion.falsePositives, confusion.falseNegatives, confusion.trueNegatives,
            ], gradientNorm: norm)
    }

    package func validate(epoch: Int, isInterrupted: () -> Bool) throws(TrainerError) -> [MetricValue]? {
        try validator.metrics(isInterrupted: isInterrupted)
    }

    /// Takes the seconds of the steps since the last call, and the part of them that was waiting for patches.
    package func takeTimes() -> (total: Double, waiting: Double) {
        defer { (stepSeconds, dataSeconds) = (0, 0) }
        return (stepSeconds + dataSeconds, dataSeconds)
    }

    package func takeWarnings() -> [String] { scans.takeWarnings() }

    /// Says how much of the epoch's training was waiting for patches.
    package func logLines(epoch: Int) -> [String] {
        let (seconds, waiting) = takeTimes()
        guard seconds > 0 else { return [] }
        let share = waiting / seconds
        func rounded(_ value: Double) -> String { "\(Double(Int64(value * 100)) / 100)" }
        return [
            "Epoch \(epoch): \(rounded(share * 100)) % of \(rounded(seconds)) s of training were spent waiting for data."
        ]
    }

    package func overlay(epoch: Int) throws(TrainerError) -> [UInt8]? {
        guard overlayEveryEpochs > 0, epoch % overlayEveryEpochs == 0, let slice = validator.slice else { return nil }
        do throws(ZlibError) {
            return try OverlayPicture.png(of: slice)
        } catch {
            throw TrainerError(.data, "The picture of epoch \(epoch) cannot be created: \(error)")
        }
    }

    private func batch(_ index: Int, of entries: [PatchSampler.Entry]) throws(TrainerError) -> PatchBatch {
        do throws(ScanError) {
            return try sampler.batch(index, of: entries) { (scan) throws(ScanError) in
                try scans.scan(.training, scan)
            }
        } catch {
            throw TrainerError(error)
        }
    }

    /// The confusion of the last pass: structure or background, whichever structure.
    private func lastConfusion(batchCount: Int) -> VoxelConfusion? {
        training.withLastLogits { logits, targets in
            if channels > 1 {
                var classes = ClassConfusion(classCount: channels)
                classes.add(logits: logits, oneHot: targets, batchCount: batchCount)
                return classes.foreground
            }
            var confusion = VoxelConfusion()
            confusion.add(logits: logits, targets: targets)
            return confusion
        }
    }

    package func export() -> TrainingState { training.export() }

    package func restore(_ state: TrainingState) throws(TrainerError) {
        do throws(TensorEngineError) {
            try training.restore(state)
        } catch {
            throw TrainerError(
                .checkpoint,
                "The checkpoint does not fit the network: \(error). Use train.model and train.optimizer as in the session "
                    + "that saved it.")
        }
    }

    private func entries(ofEpoch epoch: Int) -> [PatchSampler.Entry] {
        if let entries, entries.epoch == epoch { return entries.list }
        let list = sampler.entries(ofEpoch: epoch)
        entries = (epoch, list)
        return list
    }

    private static func loss(_ settings: LossSettings, channels: Int) -> Loss {
        let terms = settings.terms.map { term -> Loss in
            switch term {
            case .dice:
                channels > 1
                    ? .softmaxDice(smooth: Float(settings.smooth)) : .softDice(smooth: Float(settings.smooth))
            case .focal: .focal(alpha: Float(settings.alpha), gamma: Float(settings.gamma))
            case .bce: .weightedBinaryCrossEntropy(positiveWeight: Float(settings.positiveWeight))
            case .ce: .softmaxCrossEntropy
            }
        }
        return terms.count == 1 ? terms[0] : .weightedSum(terms.map { .init(weight: 1, loss: $0) })
    }

    private static func optimizer(_ train: TrainSettings) -> OptimizerConfiguration {
        let settings = train.optimizer
        let adam = OptimizerConfiguration.AdamSettings(
            beta1: settings.beta1, beta2: settings.beta2, epsilon: settings.epsilon, weightDecay: train.weightDecay)
        return switch settings.kind {
        case .adam: .adam(adam)
        case .adamw: .adamW(adam)
        case .sgd: .sgd(.init(momentum: settings.momentum, weightDecay: train.weightDecay))
        }
    }
}
