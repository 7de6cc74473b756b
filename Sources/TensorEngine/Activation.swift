/// A tensor between two layers, channels last in memory, and the gradient that flows back to it.
final class Activation {
    let shape: VolumeShape
    let tensor: Tensor
    /// Set by the last reader of the tensor when the backward program is built; nil before, and for inference.
    var gradient: Tensor?

    init(shape: VolumeShape, tensor: Tensor) {
        self.shape = shape
        self.tensor = tensor
    }
}
