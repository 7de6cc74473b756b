/// Loops over rows of floats: the channels of one voxel, which lie side by side.
enum ChannelRows {
    /// Copies `count` floats of each of `rows`, which begin every `stride` floats, between two memories.
    static func copyRows(
        _ source: UnsafeMutablePointer<Float>, stride sourceStride: Int, to target: UnsafeMutablePointer<Float>,
        stride targetStride: Int, count: Int, rows: Range<Int>
    ) {
        for row in rows {
            copy(source + row * sourceStride, to: target + row * targetStride, count: count)
        }
    }

    /// The sum of `rowCount` rows of `count` floats, a multiple of 8: 512 rows at a time, then these sums, all in order.
    static func sumRows(_ rows: UnsafeMutablePointer<Float>, count: Int, rowCount: Int, into sums: Storage) {
        var column = 0
        while column < count {
            var total = SIMD8<Double>()
            var begin = 0
            while begin < rowCount {
                var part = SIMD8<Float>()
                for row in begin..<min(begin + 512, rowCount) {
                    part += VectorMath.load(rows, row * count + column)
                }
                total += SIMD8<Double>(part)
                begin += 512
            }
            VectorMath.store(SIMD8<Float>(total), sums.pointer, column)
            column += 8
        }
    }

    /// Copies in vectors of 8: the usual channel counts are multiples of it, and a call of memcpy costs more than the copy.
    @inline(__always)
    static func copy(_ source: UnsafeMutablePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
        let wholeCount = count & ~7
        var index = 0
        while index < wholeCount {
            VectorMath.store(VectorMath.load(source, index), target, index)
            index += 8
        }
        while index < count {
            target[index] = source[index]
            index += 1
        }
    }

    /// target = first + second.
    @inline(__always)
    static func add(
        _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>,
        to target: UnsafeMutablePointer<Float>, count: Int
    ) {
        let wholeCount = count & ~7
        var index = 0
        while index < wholeCount {
            VectorMath.store(VectorMath.load(first, index) + VectorMath.load(second, index), target, index)
            index += 8
        }
        while index < count {
            target[index] = first[index] + second[index]
            index += 1
        }
    }
}
