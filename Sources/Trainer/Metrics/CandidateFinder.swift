package import Scans
import TrainingConfiguration

/// Finds candidates in a heatmap: local maxima, thinned by non-maximum suppression.
///
/// A voxel is a local maximum when it reaches the least score and none of its 26 neighbours is higher; of equal
/// neighbours, the first in row-major order counts. From the highest score down (equal scores in row-major order), a
/// maximum is kept when it lies farther than the suppression radius from every one kept before.
package struct CandidateFinder: Equatable, Sendable {
    /// The least value of a candidate.
    package let leastScore: Float
    /// The suppression radius in voxels.
    package let suppressionRadius: Double
    /// The most candidates of one scan; the highest are kept.
    package let maximumCount: Int

    package init(leastScore: Float = 0.05, suppressionRadius: Double = 4, maximumCount: Int = 200) {
        self.leastScore = leastScore
        self.suppressionRadius = suppressionRadius
        self.maximumCount = maximumCount
    }

    /// The candidates of a heatmap, highest first. NaN is never one.
    package func candidates(in heatmap: Volume) -> [Candidate] {
        let maxima = localMaxima(in: heatmap).sorted {
            $0.score > $1.score || ($0.score == $1.score && $0.offset < $1.offset)
        }
        var kept: [Candidate] = []
        let reach = suppressionRadius * suppressionRadius
        for maximum in maxima {
            guard kept.count < maximumCount else { break }
            let candidate = Self.candidate(at: maximum.offset, maximum.score, in: heatmap.size)
            let isClear = kept.allSatisfy {
                let (z, y, x) = ($0.depth - candidate.depth, $0.height - candidate.height, $0.width - candidate.width)
                return Double(z * z + y * y + x * x) > reach
            }
            if isClear { kept.append(candidate) }
        }
        return kept
    }

    private static func candidate(at offset: Int, _ score: Float, in size: VolumeSize) -> Candidate {
        Candidate(
            depth: offset / (size.height * size.width), height: offset / size.width % size.height,
            width: offset % size.width, score: score)
    }

    private func localMaxima(in heatmap: Volume) -> [(offset: Int, score: Float)] {
        let size = heatmap.size
        var maxima: [(offset: Int, score: Float)] = []
        heatmap.values.withUnsafeBufferPointer { values in
            for offset in values.indices where values[offset] >= leastScore {
                let score = values[offset]
                let depth = offset / (size.height * size.width)
                let height = offset / size.width % size.height
                let width = offset % size.width
                var isMaximum = true
                search: for z in max(0, depth - 1)...min(size.depth - 1, depth + 1) {
                    for y in max(0, height - 1)...min(size.height - 1, height + 1) {
                        for x in max(0, width - 1)...min(size.width - 1, width + 1) {
                            let neighbor = size.offset(z, y, x)
                            if values[neighbor] > score || (values[neighbor] == score && neighbor < offset) {
                                isMaximum = false
                                break search
                            }
                        }
                    }
                }
                if isMaximum { maxima.append((offset, score)) }
            }
        }
        return maxima
    }
}
