import Scans
import TrainingConfiguration

/// One slice of a validation scan with what is true and what was predicted there.
package struct OverlaySlice: Equatable, Sendable {
    package let height: Int
    package let width: Int
    /// Intensities from 0 to 1, row-major, the first row on top.
    package let intensities: [Float]
    /// Labels; 0 is the background.
    package let truth: [UInt8]
    package let prediction: [UInt8]

    package init(height: Int, width: Int, intensities: [Float], truth: [UInt8], prediction: [UInt8]) {
        let count = height * width
        precondition(
            intensities.count == count && truth.count == count && prediction.count == count,
            "a slice of \(height)×\(width) has \(count) pixels")
        self.height = height
        self.width = width
        self.intensities = intensities
        self.truth = truth
        self.prediction = prediction
    }

    /// The slice of a scan at the depth that shows most: the middle of the largest nodule, or the most labelled voxels; the
    /// middle of the scan when there is nothing to find. `label` gives the predicted label at a row-major offset.
    package init(_ scan: Scan, predictedLabel label: (Int) -> UInt8) {
        let size = scan.size
        let plane = size.height * size.width
        let depth = Self.depth(of: scan)
        func rows<Value>(_ value: (Int) -> Value) -> [Value] {
            (0..<size.height).flatMap { row in
                let y = scan.isUpsideDown ? size.height - 1 - row : row
                return (0..<size.width).map { value(depth * plane + y * size.width + $0) }
            }
        }
        self.init(
            height: size.height, width: size.width, intensities: rows { scan.volume.values[$0] },
            truth: rows { Self.label(scan.target.values[$0]) }, prediction: rows(label))
    }

    /// The label of a target: a probability of at least a half is the label 1.
    private static func label(_ value: Float) -> UInt8 { UInt8(min(max((value + 0.5).rounded(.down), 0), 255)) }

    private static func depth(of scan: Scan) -> Int {
        let size = scan.size
        if let largest = scan.nodules.max(by: { $0.radius < $1.radius }) {
            return min(max(Int(largest.depth.rounded()), 0), size.depth - 1)
        }
        let plane = size.height * size.width
        let counts = (0..<size.depth).map { depth in
            scan.target.values[depth * plane..<(depth + 1) * plane].count { $0 >= 0.5 }
        }
        guard let most = counts.max(), most > 0 else { return size.depth / 2 }
        return counts.firstIndex(of: most) ?? size.depth / 2
    }
}
