import TrainingConfiguration

/// Finds the connected parts of a mask, so that patches can be cut around them.
enum MaskComponents {
    /// Each part (voxels of at least 0.5 that touch by their faces) as a ball of the same centre and volume, in row-major
    /// order of their first voxels.
    static func nodules(in mask: Volume) -> [Nodule] {
        let size = mask.size
        var isSeen = mask.values.map { !($0 >= 0.5) }
        var nodules: [Nodule] = []
        for start in isSeen.indices where !isSeen[start] {
            var stack = [start]
            isSeen[start] = true
            var (depths, heights, widths, count) = (0, 0, 0, 0)
            while let offset = stack.popLast() {
                let depth = offset / (size.height * size.width)
                let height = offset / size.width % size.height
                let width = offset % size.width
                depths += depth
                heights += height
                widths += width
                count += 1
                let neighbors = [
                    (depth > 0, -size.height * size.width), (depth + 1 < size.depth, size.height * size.width),
                    (height > 0, -size.width), (height + 1 < size.height, size.width), (width > 0, -1),
                    (width + 1 < size.width, 1),
                ]
                for (exists, step) in neighbors where exists && !isSeen[offset + step] {
                    isSeen[offset + step] = true
                    stack.append(offset + step)
                }
            }
            nodules.append(
                Nodule(
                    depth: Double(depths) / Double(count), height: Double(heights) / Double(count),
                    width: Double(widths) / Double(count), radius: cubeRoot(Double(count) * 3 / (4 * .pi))))
        }
        return nodules
    }

    /// Newton's iteration; plain arithmetic, so that no bit depends on a mathematics library.
    private static func cubeRoot(_ value: Double) -> Double {
        var root = max(value, 1)
        for _ in 0..<60 { root = (2 * root + value / (root * root)) / 3 }
        return root
    }
}
