package import Compression

/// Draws a slice three times side by side: as it is, with the truth, and with the prediction, each structure outlined and
/// tinted in a colour of its own.
package enum OverlayPicture {
    /// The shorter side of a panel is at least this long, in pixels, unless the longer one would be too long.
    static let leastSide = 320.0
    /// The longer side of a panel, in pixels; the shorter ones are for pictures that would be too large.
    static let greatestSides = [512.0, 384, 256, 128]
    /// The largest picture.
    static let maximumByteCount = 200_000
    private static let gap = 6

    /// The picture as a PNG file of at most `maximumByteCount` bytes, a pure function of the slice. Throws `.outOfMemory`.
    package static func png(of slice: OverlaySlice) throws(ZlibError) -> [UInt8] {
        let labelCount = Int(max(slice.truth.max() ?? 0, slice.prediction.max() ?? 0)) + 1
        var bytes: [UInt8] = []
        for side in greatestSides {
            for shadeCount in [64, 32] {
                let palette = OverlayPalette(
                    shadeCount: min(shadeCount, 240 / labelCount - 1), labelCount: labelCount)
                bytes = try draw(slice, palette, greatestSide: side).encoded()
                if bytes.count <= maximumByteCount { return bytes }
            }
        }
        return bytes
    }

    private static func draw(
        _ slice: OverlaySlice, _ palette: OverlayPalette, greatestSide: Double
    ) -> IndexedImage {
        let (least, greatest) = (Double(min(slice.height, slice.width)), Double(max(slice.height, slice.width)))
        let scale = min(max(leastSide / least, 1), greatestSide / greatest)
        let height = max(1, Int((Double(slice.height) * scale).rounded()))
        let width = max(1, Int((Double(slice.width) * scale).rounded()))
        var image = IndexedImage(
            height: height, width: 3 * width + 2 * gap, background: palette.gap, colours: palette.colours)
        let labels = [[UInt8](repeating: 0, count: slice.truth.count), slice.truth, slice.prediction]
        for (panel, labels) in labels.enumerated() {
            let sharp = Self.enlarge(labels, slice, height, width, scale)
            for row in 0..<height {
                for column in 0..<width {
                    let label = sharp[row * width + column]
                    let isEdge = label > 0 && Self.isEdge(sharp, row, column, height, width)
                    image[row, panel * (width + gap) + column] =
                        isEdge
                        ? palette.outline(of: label)
                        : palette.shade(Self.intensity(slice, row, column, scale), label: label)
                }
            }
        }
        return image
    }

    /// The label at each pixel: the one with most weight among the four nearest of the slice, which rounds the steps.
    private static func enlarge(
        _ labels: [UInt8], _ slice: OverlaySlice, _ height: Int, _ width: Int, _ scale: Double
    ) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(height * width)
        let columns = (0..<width).map { neighbours($0, slice.width, scale) }
        for row in 0..<height {
            let y = neighbours(row, slice.height, scale)
            for x in columns {
                let corners = [
                    (labels[y.low * slice.width + x.low], (1 - y.share) * (1 - x.share)),
                    (labels[y.low * slice.width + x.high], (1 - y.share) * x.share),
                    (labels[y.high * slice.width + x.low], y.share * (1 - x.share)),
                    (labels[y.high * slice.width + x.high], y.share * x.share),
                ]
                guard corners.contains(where: { $0.0 != corners[0].0 }) else {
                    result.append(corners[0].0)
                    continue
                }
                let weights = corners.map { label, _ in
                    corners.reduce(Float(0)) { $1.0 == label ? $0 + $1.1 : $0 }
                }
                let best = weights.indices.max { weights[$0] < weights[$1] } ?? 0
                result.append(corners[best].0)
            }
        }
        return result
    }

    /// The two pixels of the slice around one of the picture, and how near it is to the second.
    private static func neighbours(_ pixel: Int, _ count: Int, _ scale: Double) -> (low: Int, high: Int, share: Float) {
        let place = min(max((Double(pixel) + 0.5) / scale - 0.5, 0), Double(count - 1))
        let low = Int(place)
        return (low, min(low + 1, count - 1), Float(place - Double(low)))
    }

    /// True when a pixel touches one of another label by a side.
    private static func isEdge(_ labels: [UInt8], _ row: Int, _ column: Int, _ height: Int, _ width: Int) -> Bool {
        let label = labels[row * width + column]
        for (y, x) in [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
        where y >= 0 && y < height && x >= 0 && x < width {
            if labels[y * width + x] != label { return true }
        }
        return false
    }

    /// The intensity at a pixel, from the four nearest of the slice.
    private static func intensity(_ slice: OverlaySlice, _ row: Int, _ column: Int, _ scale: Double) -> Float {
        let (y, x) = (neighbours(row, slice.height, scale), neighbours(column, slice.width, scale))
        func between(_ row: Int) -> Float {
            let low = slice.intensities[row * slice.width + x.low]
            return low + (slice.intensities[row * slice.width + x.high] - low) * x.share
        }
        return between(y.low) + (between(y.high) - between(y.low)) * y.share
    }
}
