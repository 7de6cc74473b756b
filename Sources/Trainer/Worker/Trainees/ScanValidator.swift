import TensorEngine
import TrackingClient
import TrainingConfiguration

/// Measures a network on whole validation scans.
final class ScanValidator {
    /// The longest side of a window, unless patches are longer: above it, windows overlap.
    private static let longestSide = 64

    private let network: UNet3D
    private let task: DataTask
    private let windows: SlidingWindow
    private let windowShape: VolumeShape
    private let evaluator: LossEvaluator
    private let scans: ScanCache
    private let finder = CandidateFinder()
    private var gradient: [Float]

    /// A validator of scans that all have `scanSize`. Windows are as large as the scan where it is small, since windows
    /// that do not overlap are the cheapest, and have sides that are multiples of `sizeMultiple`.
    init(
        _ network: UNet3D, loss: Loss, task: DataTask, patchSize: VolumeSize, scanSize: VolumeSize, sizeMultiple: Int,
        scans: ScanCache
    ) throws(TensorEngineError) {
        func side(_ scan: Int, _ patch: Int) -> Int {
            let whole = (scan + sizeMultiple - 1) / sizeMultiple * sizeMultiple
            return max(patch, min(whole, Self.longestSide / sizeMultiple * sizeMultiple))
        }
        let window = VolumeSize(
            depth: side(scanSize.depth, patchSize.depth), height: side(scanSize.height, patchSize.height),
            width: side(scanSize.width, patchSize.width))
        self.network = network
        self.task = task
        self.scans = scans
        windows = SlidingWindow(covering: scanSize, windowSize: window)
        windowShape = VolumeShape(
            batch: 1, channels: 1, depth: window.depth, height: window.height, width: window.width)
        evaluator = try LossEvaluator(
            loss,
            shape: VolumeShape(
                batch: 1, channels: 1, depth: scanSize.depth, height: scanSize.height, width: scanSize.width),
            engine: network.engine)
        gradient = Array(repeating: 0, count: scanSize.voxelCount)
    }

    /// The mean loss of the scans, and accuracy, dice and (for detection) FROC over all of them. Nil when
    /// `isInterrupted` turned true meanwhile.
    func metrics(isInterrupted: () -> Bool) throws(TensorEngineError) -> [MetricValue]? {
        var lossSum = 0.0
        var confusion = VoxelConfusion()
        var found: [(candidates: [Candidate], nodules: [Nodule])] = []
        for index in 0..<scans.count {
            if isInterrupted() { return nil }
            let scan = scans.scan(index)
            let logits = try windows.predict(scan.volume) { (window) throws(TensorEngineError) in
                try network.infer(window, shape: windowShape)
            }
            lossSum += loss(logits, scan.target)
            logits.values.withUnsafeBufferPointer { logits in
                scan.target.values.withUnsafeBufferPointer { confusion.add(logits: logits, targets: $0) }
            }
            if task == .detection {
                found.append((finder.candidates(in: probabilities(logits)), scan.nodules))
            }
        }
        var metrics = [
            MetricValue(name: "val_loss", value: lossSum / Double(max(1, scans.count))),
            MetricValue(name: "val_dice", value: confusion.dice),
            MetricValue(name: "val_accuracy", value: confusion.balancedAccuracy),
        ]
        if task == .detection, let score = FROC(found).score {
            metrics.append(MetricValue(name: "val_froc", value: score))
        }
        return metrics
    }

    private func loss(_ logits: Volume, _ target: Volume) -> Double {
        logits.values.withUnsafeBufferPointer { logits in
            target.values.withUnsafeBufferPointer { target in
                gradient.withUnsafeMutableBufferPointer { gradient in
                    guard let logits = logits.baseAddress, let target = target.baseAddress,
                        let gradient = gradient.baseAddress
                    else { return 0 }
                    return evaluator.evaluate(logits, target, gradient: gradient)
                }
            }
        }
    }

    private func probabilities(_ logits: Volume) -> Volume {
        let values = logits.values.withUnsafeBufferPointer {
            Head.sigmoid.probabilities(of: $0, shape: evaluator.shape)
        }
        return Volume(size: logits.size, values: values)
    }
}
