import API
import Scans
import TensorEngine
import TrainingConfiguration

/// Measures a network on whole validation scans.
///
/// A scan is covered by windows of up to 64 voxels a side that overlap by at least a quarter (see `SlidingWindow`). Beside the
/// scan, this takes 4 · (4 · channels + 1) bytes for each of its voxels while it is measured.
final class ScanValidator {
    /// The longest side of a window, unless patches are longer: above it, windows overlap.
    private static let longestSide = 64

    /// The tools to measure scans of one size; most have the same.
    private struct Measures {
        let size: VolumeSize
        let windows: SlidingWindow
        let windowShape: VolumeShape
        let evaluator: LossEvaluator
        var gradient: [Float]
    }

    private let network: UNet3D
    private let loss: Loss
    private let task: DataTask
    private let patchSize: VolumeSize
    private let sizeMultiple: Int
    private let classNames: [String]
    private let scans: ScanStore
    private let finder = CandidateFinder()
    private var measures: Measures?
    /// A slice of the first scan, as it looked when it was last measured.
    private(set) var slice: OverlaySlice?

    /// A validator of the validation scans of `scans`. Windows have sides that are multiples of `sizeMultiple`;
    /// `classNames` name the labels from 0 on.
    init(
        _ network: UNet3D, loss: Loss, task: DataTask, patchSize: VolumeSize, sizeMultiple: Int, classNames: [String],
        scans: ScanStore
    ) {
        self.network = network
        self.loss = loss
        self.task = task
        self.patchSize = patchSize
        self.sizeMultiple = sizeMultiple
        self.classNames = classNames
        self.scans = scans
    }

    private var channels: Int { network.configuration.outputChannels }

    /// The mean loss of the scans, and over all of them together accuracy, dice (the mean over the structures, and each
    /// one's, where there are several) and, for detection, FROC. Nil when `isInterrupted` turned true meanwhile.
    func metrics(isInterrupted: () -> Bool) throws(TrainerError) -> [MetricValue]? {
        var lossSum = 0.0
        var confusion = VoxelConfusion()
        var classes = ClassConfusion(classCount: max(channels, 2))
        var found: [(candidates: [Candidate], nodules: [Nodule])] = []
        let count = scans.count(of: .validation)
        for index in 0..<count {
            if isInterrupted() { return nil }
            let scan = try whole(index)
            let logits = try predict(scan)
            logits.withUnsafeBufferPointer { logits in
                scan.target.values.withUnsafeBufferPointer { target in
                    lossSum += evaluate(logits, target)
                    if channels > 1 {
                        classes.add(logits: logits, labels: target)
                    } else {
                        confusion.add(logits: logits, targets: target)
                    }
                }
            }
            if task == .detection {
                found.append((finder.candidates(in: probabilities(logits, scan.size)), scan.nodules))
            }
            if index == 0 { slice = slice(of: scan, logits) }
        }
        var metrics = [
            MetricValue(name: "val_loss", value: lossSum / Double(max(1, count))),
            MetricValue(name: "val_dice", value: channels > 1 ? classes.meanDice : confusion.dice),
            MetricValue(
                name: "val_accuracy",
                value: channels > 1 ? classes.foreground.balancedAccuracy : confusion.balancedAccuracy),
        ]
        if channels > 1 {
            for label in 1..<channels {
                metrics.append(MetricValue(name: "val_dice/\(classNames[label])", value: classes.dice(of: label)))
            }
        }
        if task == .detection, let score = FROC(found).score {
            metrics.append(MetricValue(name: "val_froc", value: score))
        }
        return metrics
    }

    private func whole(_ index: Int) throws(TrainerError) -> Scan {
        do throws(ScanError) {
            return try scans.whole(.validation, index)
        } catch {
            throw TrainerError(error)
        }
    }

    /// The logits of a whole scan: [channels, depth, height, width].
    private func predict(_ scan: Scan) throws(TrainerError) -> [Float] {
        do throws(TensorEngineError) {
            let measures = try measures(for: scan.size)
            let shape = measures.windowShape
            return try measures.windows.predict(scan.volume, channels: channels) { (window) throws(TensorEngineError) in
                try network.infer(window, shape: shape)
            }
        } catch {
            throw TrainerError(.engine, "The validation of \(scan.name) failed: \(error).")
        }
    }

    private func measures(for size: VolumeSize) throws(TensorEngineError) -> Measures {
        if let measures, measures.size == size { return measures }
        // Windows as large as a scan that is small do not overlap, which is the cheapest.
        func side(_ scan: Int, _ patch: Int) -> Int {
            let whole = (scan + sizeMultiple - 1) / sizeMultiple * sizeMultiple
            return max(patch, min(whole, Self.longestSide / sizeMultiple * sizeMultiple))
        }
        let window = VolumeSize(
            depth: side(size.depth, patchSize.depth), height: side(size.height, patchSize.height),
            width: side(size.width, patchSize.width))
        measures = nil
        let made = Measures(
            size: size, windows: SlidingWindow(covering: size, windowSize: window),
            windowShape: VolumeShape(
                batch: 1, channels: 1, depth: window.depth, height: window.height, width: window.width),
            evaluator: try LossEvaluator(
                loss,
                shape: VolumeShape(
                    batch: 1, channels: channels, depth: size.depth, height: size.height, width: size.width),
                engine: network.engine),
            gradient: Array(repeating: 0, count: channels * size.voxelCount))
        measures = made
        return made
    }

    private func evaluate(_ logits: UnsafeBufferPointer<Float>, _ target: UnsafeBufferPointer<Float>) -> Double {
        guard channels > 1 else { return evaluate(logits, against: target) }
        var oneHot = [Float](repeating: 0, count: logits.count)
        for (voxel, label) in target.enumerated() { oneHot[Int(label) * target.count + voxel] = 1 }
        return oneHot.withUnsafeBufferPointer { evaluate(logits, against: $0) }
    }

    private func evaluate(
        _ logits: UnsafeBufferPointer<Float>, against target: UnsafeBufferPointer<Float>
    ) -> Double {
        guard let evaluator = measures?.evaluator else { return 0 }
        return measures?.gradient.withUnsafeMutableBufferPointer { gradient in
            guard let logits = logits.baseAddress, let target = target.baseAddress, let gradient = gradient.baseAddress
            else { return 0 }
            return evaluator.evaluate(logits, target, gradient: gradient)
        } ?? 0
    }

    private func slice(of scan: Scan, _ logits: [Float]) -> OverlaySlice {
        logits.withUnsafeBufferPointer { logits in
            OverlaySlice(scan) { voxel in
                channels > 1
                    ? UInt8(ClassConfusion.highest(logits, voxel, scan.size.voxelCount, channels))
                    : (logits[voxel] >= 0 ? 1 : 0)
            }
        }
    }

    private func probabilities(_ logits: [Float], _ size: VolumeSize) -> Volume {
        let shape = VolumeShape(batch: 1, channels: 1, depth: size.depth, height: size.height, width: size.width)
        let values = logits.withUnsafeBufferPointer { Head.sigmoid.probabilities(of: $0, shape: shape) }
        return Volume(size: size, values: values)
    }
}

extension TrainerError {
    /// The training's error for a scan that cannot be used.
    init(_ error: ScanError) {
        let message = "The data cannot be used: \(error)"
        self.init(.data, message.hasSuffix(".") ? message : message + ".")
    }
}
