/// Joins and splits the channels of volumes whose channels are innermost: a row is the channels of one voxel.
enum ChannelRows {
    /// Writes each row of `left` and then the same row of `right` to a row of `joined`.
    static func join(
        _ left: UnsafeMutablePointer<Float>, _ leftCount: Int, _ right: UnsafeMutablePointer<Float>, _ rightCount: Int,
        into joined: UnsafeMutablePointer<Float>, rowCount: Int
    ) {
        var target = joined
        for row in 0..<rowCount {
            copy(left + row * leftCount, to: target, count: leftCount)
            target += leftCount
            copy(right + row * rightCount, to: target, count: rightCount)
            target += rightCount
        }
    }

    /// The inverse of `join`.
    static func split(
        _ joined: UnsafeMutablePointer<Float>, into left: UnsafeMutablePointer<Float>, _ leftCount: Int,
        _ right: UnsafeMutablePointer<Float>, _ rightCount: Int, rowCount: Int
    ) {
        var source = joined
        for row in 0..<rowCount {
            copy(source, to: left + row * leftCount, count: leftCount)
            source += leftCount
            copy(source, to: right + row * rightCount, count: rightCount)
            source += rightCount
        }
    }

    /// Copies in vectors of 8: the usual channel counts are multiples of it, and a call of memcpy costs more than the copy.
    @inline(__always)
    private static func copy(_ source: UnsafeMutablePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int)
    {
        let wholeCount = count & ~7
        let from = UnsafeRawPointer(source)
        let to = UnsafeMutableRawPointer(target)
        var index = 0
        while index < wholeCount {
            let vector = from.loadUnaligned(fromByteOffset: index * 4, as: SIMD8<Float>.self)
            to.storeBytes(of: vector, toByteOffset: index * 4, as: SIMD8<Float>.self)
            index += 8
        }
        while index < count {
            target[index] = source[index]
            index += 1
        }
    }
}
