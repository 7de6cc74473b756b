import JSON
package import TensorEngine
import Tracking
package import TrackingClient
package import TrainingConfiguration

/// A 3D U-Net with its volumes: patches of the training scans make the steps, whole validation scans the metrics.
package final class UNet3DTrainee: Trainee {
    package let facts: TraineeFacts
    package let description: [String: String]
    private let training: UNet3DTraining
    private let sampler: PatchSampler
    private let scans: ScanCache
    private let validator: ScanValidator
    private var entries: (epoch: Int, list: [PatchSampler.Entry])?

    /// The trainee of a configuration.
    /// - Throws: `.configuration` for data in folders, `.engine` when the numeric library refuses.
    package init(_ configuration: TrainingConfiguration) throws(TrainerError) {
        guard let train = configuration.train, let preprocessing = configuration.preprocessing,
            let data = configuration.data
        else { throw TrainerError(.configuration, "The configuration is not one of a unet3d training.") }
        guard case .phantom(let settings) = data else {
            throw TrainerError(
                .data,
                "Scans in folders cannot be read by this version (data.type is folder). Use data.type: phantom.")
        }
        let phantoms = PhantomVolumes(settings, window: IntensityWindow(preprocessing))
        let loss = Self.loss(train.loss)
        do throws(TensorEngineError) {
            let engine = try ComputeEngine(threadCount: configuration.threads)
            let network = try UNet3D(
                UNet3DConfiguration(
                    inputChannels: train.model.inChannels, outputChannels: train.model.outChannels,
                    initialFeatures: train.model.initFeatures, depth: train.model.depth,
                    batchNormalization: train.model.batchNorm, dropout: Float(train.model.dropout)),
                seed: configuration.seed, engine: engine)
            training = try UNet3DTraining(
                network,
                .init(
                    loss: loss, optimizer: Self.optimizer(train), gradientClip: train.gradientClip,
                    accumulationSteps: train.gradientAccumulationSteps))
            validator = try ScanValidator(
                network, loss: loss, task: settings.task, patchSize: train.patchSize, scanSize: settings.size,
                sizeMultiple: train.model.sizeMultiple, scans: ScanCache(phantoms, .validation))
            let report = engine.report
            facts = TraineeFacts(
                engine: "oneDNN " + report.libraryVersion, instructionSet: report.instructionSet,
                threads: report.threadCount, dataDigest: Self.dataDigest(configuration))
        } catch {
            throw TrainerError(.engine, "The network cannot be made: \(error).")
        }
        scans = ScanCache(phantoms, .training)
        sampler = PatchSampler(train, scanCount: scans.count, seed: configuration.seed)
        let model = configuration.resolved["train"]?["model"] ?? .null
        description = ["kind": "unet3d", "architecture": String(decoding: model.encoded(), as: UTF8.self)]
    }

    package var batchesPerEpoch: Int { sampler.batchesPerEpoch }
    package var stepDuration: Duration { .zero }

    package func step(epoch: Int, batches: Range<Int>, learningRate: Double) throws(TrainerError) -> StepResult {
        let entries = entries(ofEpoch: epoch)
        var lossSum = 0.0
        var confusion = VoxelConfusion()
        for index in batches {
            let batch = sampler.batch(index, of: entries) { scans.scan($0) }
            do throws(TensorEngineError) {
                lossSum += try training.pass(volumes: batch.volumes, targets: batch.targets, shape: batch.shape)
            } catch {
                throw TrainerError(.engine, "A training step failed in epoch \(epoch): \(error).")
            }
            let counts = training.withLastLogits { logits, targets in
                var confusion = VoxelConfusion()
                confusion.add(logits: logits, targets: targets)
                return confusion
            }
            if let counts { confusion += counts }
        }
        let norm = training.update(learningRate: learningRate)
        return StepResult(
            batchCount: batches.count, lossSum: lossSum,
            voxelCounts: [
                confusion.truePositives, confusion.falsePositives, confusion.falseNegatives, confusion.trueNegatives,
            ], gradientNorm: norm)
    }

    package func validate(epoch: Int, isInterrupted: () -> Bool) throws(TrainerError) -> [MetricValue]? {
        do throws(TensorEngineError) {
            return try validator.metrics(isInterrupted: isInterrupted)
        } catch {
            throw TrainerError(.engine, "The validation of epoch \(epoch) failed: \(error).")
        }
    }

    package func logLines(epoch: Int) -> [String] { [] }

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

    private static func loss(_ settings: LossSettings) -> Loss {
        let terms = settings.terms.map { term -> Loss in
            switch term {
            case .dice: .softDice(smooth: Float(settings.smooth))
            case .focal: .focal(alpha: Float(settings.alpha), gamma: Float(settings.gamma))
            case .bce: .weightedBinaryCrossEntropy(positiveWeight: Float(settings.positiveWeight))
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

    /// Generated volumes are what their recipe says: its digest names them.
    private static func dataDigest(_ configuration: TrainingConfiguration) -> String {
        let recipe: JSONValue = [
            "generator": "phantom 1", "data": configuration.resolved["data"] ?? .null,
            "preprocessing": configuration.resolved["preprocessing"] ?? .null,
        ]
        return Digest(hashing: recipe.encoded()).description
    }
}
