package import TensorEngine
import TrainingConfiguration

/// The input and the target of one pass, row-major: [batch, 1, depth, height, width], the target with a channel for each
/// class where there are several (1 in the channel of a voxel's label, 0 in the others).
package struct PatchBatch: Equatable, Sendable {
    package let shape: VolumeShape
    package internal(set) var volumes: [Float]
    package internal(set) var targets: [Float]

    init(count: Int, size: VolumeSize, classCount: Int) {
        shape = VolumeShape(batch: count, channels: 1, depth: size.depth, height: size.height, width: size.width)
        volumes = Array(repeating: 0, count: shape.count)
        targets = Array(repeating: 0, count: shape.count * classCount)
    }

    /// Sets the target of the patch at `position` from its labels, which are below `classCount`.
    mutating func setLabels(_ labels: [Float], at position: Int, classCount: Int) {
        let start = position * classCount * labels.count
        for (voxel, label) in labels.enumerated() { targets[start + Int(label) * labels.count + voxel] = 1 }
    }
}
