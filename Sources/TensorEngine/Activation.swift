/// A tensor between two layers, channels last in memory, and the gradient that flows back to it.
package final class Activation {
    package let shape: VolumeShape
    let tensor: Tensor
    /// Set by the last reader of the tensor when the backward program is built; nil before, and for inference.
    package internal(set) var gradient: Tensor?

    init(shape: VolumeShape, tensor: Tensor) {
        self.shape = shape
        self.tensor = tensor
    }
}
