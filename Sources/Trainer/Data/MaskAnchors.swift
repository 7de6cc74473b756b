import Scans
import TrainingConfiguration

/// Chooses voxels of a mask that patches can be cut around.
enum MaskAnchors {
    /// The most voxels kept of each label.
    static let maximumCount = 4096

    /// For each label from 1 on that occurs, in rising order, up to `maximumCount` of its voxels, spread evenly over their
    /// row-major order.
    static func anchors(in mask: Volume, classCount: Int) -> [[UInt32]] {
        var counts = [Int](repeating: 0, count: max(classCount, 2))
        for value in mask.values { counts[Int(value)] += 1 }
        var seen = [Int](repeating: 0, count: counts.count)
        var anchors = counts.map { _ in [UInt32]() }
        for (offset, value) in mask.values.enumerated() where value > 0 {
            let label = Int(value)
            let kept = min(counts[label], maximumCount)
            // The voxel that passes the next of `kept` equal shares.
            if (seen[label] + 1) * kept / counts[label] > seen[label] * kept / counts[label] {
                anchors[label].append(UInt32(offset))
            }
            seen[label] += 1
        }
        return anchors.filter { !$0.isEmpty }
    }
}
