/// The size of a batch of volumes: [batch, channels, depth, height, width].
package struct VolumeShape: Hashable, Sendable, CustomStringConvertible {
    package var batch: Int
    package var channels: Int
    package var depth: Int
    package var height: Int
    package var width: Int

    package init(batch: Int, channels: Int, depth: Int, height: Int, width: Int) {
        self.batch = batch
        self.channels = channels
        self.depth = depth
        self.height = height
        self.width = width
    }

    /// The number of elements.
    package var count: Int { batch * channels * depth * height * width }

    /// The number of voxels of one volume.
    package var voxelCount: Int { depth * height * width }

    package var description: String { "[\(batch), \(channels), \(depth), \(height), \(width)]" }

    /// The same volumes with another number of channels.
    package func with(channels: Int) -> VolumeShape {
        VolumeShape(batch: batch, channels: channels, depth: depth, height: height, width: width)
    }

    /// The shape after pooling with kernel and stride 2.
    var halved: VolumeShape {
        VolumeShape(batch: batch, channels: channels, depth: depth / 2, height: height / 2, width: width / 2)
    }

    /// The shape after a transposed convolution of kernel and stride 2.
    var doubled: VolumeShape {
        VolumeShape(batch: batch, channels: channels, depth: depth * 2, height: height * 2, width: width * 2)
    }

    var dimensions: [Int] { [batch, channels, depth, height, width] }
}
