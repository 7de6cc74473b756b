/// What turns logits into probabilities.
package enum Head: Equatable, Sendable {
    /// 1 / (1 + e^-x) for each element.
    case sigmoid
    /// e^x / Σ e^x over the channels of each voxel.
    case softmax

    /// The probabilities of row-major `logits` of `shape`.
    package func probabilities(of logits: UnsafeBufferPointer<Float>, shape: VolumeShape) -> [Float] {
        precondition(logits.count == shape.count, "\(logits.count) logits for the shape \(shape)")
        guard let base = logits.baseAddress else { return [] }
        return [Float](unsafeUninitializedCapacity: shape.count) { buffer, count in
            if let target = buffer.baseAddress {
                switch self {
                case .sigmoid: SigmoidKernel.probabilities(of: base, into: target, count: shape.count)
                case .softmax:
                    for sample in 0..<shape.batch {
                        let offset = sample * shape.channels * shape.voxelCount
                        SoftmaxKernel.probabilities(
                            of: base + offset, into: target + offset, channels: shape.channels,
                            stride: shape.voxelCount, voxels: 0..<shape.voxelCount)
                    }
                }
            }
            count = shape.count
        }
    }
}
