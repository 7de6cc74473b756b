package import TensorEngine
import TrainingConfiguration

/// The input and the target of one pass: [batch, 1, depth, height, width], row-major.
package struct PatchBatch: Equatable, Sendable {
    package let shape: VolumeShape
    package internal(set) var volumes: [Float]
    package internal(set) var targets: [Float]

    init(count: Int, size: VolumeSize) {
        shape = VolumeShape(batch: count, channels: 1, depth: size.depth, height: size.height, width: size.width)
        volumes = Array(repeating: 0, count: shape.count)
        targets = Array(repeating: 0, count: shape.count)
    }
}
