internal import COneDNN

/// A transposed convolution of kernel 2 and stride 2 as matrix products.
///
/// Every input voxel makes a block of 2 x 2 x 2 output voxels of its own, so with R input voxels, I inputs and O outputs the
/// layer is blocks [R, 8 O] = input [R, I] · weight [I, 8 O], whose columns are (place in the block, output), followed by
/// putting the blocks in their places.
struct UpsamplingGeometry {
    let input: VolumeShape
    let outputs: Int

    /// R.
    var rowCount: Int { input.batch * input.voxelCount }
    /// 8 O.
    var columnCount: Int { 8 * outputs }
    /// Rows of one line along the width: the unit of work.
    var lineCount: Int { input.batch * input.depth * input.height }
    /// PyTorch's order: [inputs, outputs, 2, 2, 2].
    var weightDimensions: [Int] { [input.channels, outputs, 2, 2, 2] }

    /// product [rows, columns] = left [rows, inner] · right [inner, columns].
    static func product(
        _ name: String, left: MemoryDescription, right: MemoryDescription, result: MemoryDescription,
        engine: ComputeEngine
    ) throws(TensorEngineError) -> PrimitiveDescription {
        var (left, right, result) = (left.raw, right.raw, result.raw)
        var operation = dnnl_matmul_desc_t()
        try check(dnnl_matmul_desc_init(&operation, &left, &right, nil, &result), "describe", name)
        return try PrimitiveDescription(name, operation: &operation, engine: engine)
    }

    /// Columns (place, output) from PyTorch's (output, place): target[i][k][o] = weight[i][o][k].
    func arrange(_ weight: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>) {
        for row in 0..<input.channels {
            let (source, result) = (weight + row * columnCount, target + row * columnCount)
            for output in 0..<outputs {
                for place in 0..<8 { result[place * outputs + output] = source[output * 8 + place] }
            }
        }
    }

    /// The inverse of `arrange`.
    func restore(_ arranged: UnsafeMutablePointer<Float>, into weight: UnsafeMutablePointer<Float>) {
        for row in 0..<input.channels {
            let (source, result) = (arranged + row * columnCount, weight + row * columnCount)
            for output in 0..<outputs {
                for place in 0..<8 { result[output * 8 + place] = source[place * outputs + output] }
            }
        }
    }

    /// Writes the blocks of `lines`, plus `bias`, to their voxels: channels `offset ..< offset + outputs` of rows of
    /// `channels` floats.
    func scatter(
        _ blocks: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>,
        to target: UnsafeMutablePointer<Float>, channels: Int, offset: Int, lines: Range<Int>
    ) {
        for line in lines {
            let first = firstVoxel(of: line)
            for x in 0..<input.width {
                let source = blocks + (line * input.width + x) * columnCount
                for place in 0..<8 {
                    let voxel = first + displacement(place) + 2 * x
                    ChannelRows.add(
                        source + place * outputs, bias, to: target + voxel * channels + offset, count: outputs)
                }
            }
        }
    }

    /// The inverse of `scatter`, without a bias.
    func gather(
        _ source: UnsafeMutablePointer<Float>, channels: Int, offset: Int,
        into blocks: UnsafeMutablePointer<Float>, lines: Range<Int>
    ) {
        for line in lines {
            let first = firstVoxel(of: line)
            for x in 0..<input.width {
                let target = blocks + (line * input.width + x) * columnCount
                for place in 0..<8 {
                    let voxel = first + displacement(place) + 2 * x
                    ChannelRows.copy(source + voxel * channels + offset, to: target + place * outputs, count: outputs)
                }
            }
        }
    }

    /// The output voxel of the first block of `line` at place 0. Lines are (batch, depth, height); twice as deep and high.
    private func firstVoxel(of line: Int) -> Int {
        let (slab, y) = line.quotientAndRemainder(dividingBy: input.height)
        return (slab * 2 * 2 * input.height + 2 * y) * 2 * input.width
    }

    /// From place 0 of a block to `place` = (depth, height, width) in bits.
    private func displacement(_ place: Int) -> Int {
        ((place >> 2) * 2 * input.height + (place >> 1 & 1)) * 2 * input.width + (place & 1)
    }
}
