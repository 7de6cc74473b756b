/// A function of logits and targets to be minimized, a mean over the batch.
///
/// Targets have the shape of the logits: probabilities in 0...1 (heatmaps and masks alike), one-hot for softmax losses.
package indirect enum Loss: Equatable, Sendable {
    /// 1 - (2 Σpt + smooth) / (Σp + Σt + smooth) with p = sigmoid(x), sums over batch and voxels, mean over channels.
    case softDice(smooth: Float)
    /// Mean of w (1 - h)^gamma E with E the binary cross entropy, h = pt + (1 - p)(1 - t), w = alpha t + (1 - alpha)(1 - t)
    /// (Lin et al., 2017).
    case focal(alpha: Float, gamma: Float)
    /// Mean of -(positiveWeight t log p + (1 - t) log(1 - p)).
    case weightedBinaryCrossEntropy(positiveWeight: Float)
    /// Mean over voxels of -Σ_c t_c log p_c with p the softmax over channels.
    case softmaxCrossEntropy
    /// As `softDice` with p the softmax over channels, mean over all channels.
    case softmaxDice(smooth: Float)
    /// Σ weight · loss.
    case weightedSum([Term])

    /// One part of a weighted sum.
    package struct Term: Equatable, Sendable {
        package let weight: Float
        package let loss: Loss

        package init(weight: Float, loss: Loss) {
            self.weight = weight
            self.loss = loss
        }
    }

    /// What turns the logits of this loss into probabilities.
    package var head: Head? {
        switch self {
        case .softDice, .focal, .weightedBinaryCrossEntropy: .sigmoid
        case .softmaxCrossEntropy, .softmaxDice: .softmax
        case .weightedSum(let terms): terms.first?.loss.head
        }
    }

    /// Throws `.invalidArgument` for a value outside its range, an empty sum, or a sum that mixes heads.
    package func validate() throws(TensorEngineError) {
        switch self {
        case .softDice(let smooth), .softmaxDice(let smooth):
            guard smooth > 0, smooth.isFinite else { throw .invalidArgument("smooth is \(smooth); it must be above 0") }
        case .focal(let alpha, let gamma):
            guard (0...1).contains(alpha) else { throw .invalidArgument("alpha is \(alpha); it must be in 0...1") }
            guard (0...10).contains(gamma) else { throw .invalidArgument("gamma is \(gamma); it must be in 0...10") }
        case .weightedBinaryCrossEntropy(let weight):
            guard weight > 0, weight.isFinite else {
                throw .invalidArgument("the positive weight is \(weight); it must be above 0")
            }
        case .softmaxCrossEntropy:
            break
        case .weightedSum(let terms):
            guard let head else { throw .invalidArgument("a weighted sum of losses needs at least one") }
            for term in terms {
                guard term.weight.isFinite, term.weight >= 0 else {
                    throw .invalidArgument("the weight \(term.weight) of a loss must be a number of at least 0")
                }
                guard term.loss.head == head else {
                    throw .invalidArgument("a sum cannot mix losses of a sigmoid and of a softmax")
                }
                try term.loss.validate()
            }
        }
    }
}
