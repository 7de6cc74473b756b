/// The weight of the mirrored convolution: channels exchanged, each kernel reversed in all three directions.
enum MirroredWeight {
    /// mirrored[i][o][k - 1 - p] = weight[o][i][p], with `volume` = k^3 elements in a kernel. Its own inverse, with the
    /// channel counts exchanged.
    static func mirror(
        _ weight: UnsafeMutablePointer<Float>, outputs: Int, inputs: Int, volume: Int,
        into mirrored: UnsafeMutablePointer<Float>
    ) {
        for output in 0..<outputs {
            for input in 0..<inputs {
                let source = weight + (output * inputs + input) * volume
                let target = mirrored + (input * outputs + output) * volume
                for place in 0..<volume {
                    target[volume - 1 - place] = source[place]
                }
            }
        }
    }
}
