package import TrainingConfiguration

/// A source that patches are cut from: a scan in memory, or one in a mapped file.
package protocol PatchSource {
    var size: VolumeSize { get }
    var nodules: [Nodule] { get }
    /// Voxels (row-major offsets) of each label that occurs; where there are any, they take the place of the nodules.
    var anchors: [[UInt32]] { get }
    /// Shows the voxels of the scan and of its target, row-major.
    func withVoxels(_ body: (_ volume: UnsafeBufferPointer<Float>, _ target: UnsafeBufferPointer<Float>) -> Void)
}
