import TensorEngine
import TrainingConfiguration

/// The places of the parts of one phantom, and their brightness in HU.
struct PhantomAnatomy {
    static let airIntensity: Float = -1000
    static let bodyIntensity: Float = 40
    static let lungIntensity: Float = -860
    static let vesselIntensity: Float = 30
    static let noduleIntensities: Range<Float> = -120..<120

    /// The body: elliptical slices, as long as the volume.
    let body: PhantomEllipsoid
    /// Left and right.
    let lungs: [PhantomEllipsoid]

    /// An anatomy whose proportions vary by a few per cent.
    init(size: VolumeSize, random: inout Philox) {
        let (depth, height, width) = (Double(size.depth), Double(size.height), Double(size.width))
        func vary(_ value: Double) -> Double { value * (0.96 + 0.08 * random.uniformDouble()) }
        body = PhantomEllipsoid(
            depth: depth / 2, height: height / 2, width: width / 2, depthRadius: .infinity,
            heightRadius: vary(0.46 * height), widthRadius: vary(0.47 * width))
        let centers = [0.27, 0.73]
        var lungs: [PhantomEllipsoid] = []
        for center in centers {
            lungs.append(
                PhantomEllipsoid(
                    depth: vary(0.5 * depth), height: vary(0.5 * height), width: center * width,
                    depthRadius: vary(0.44 * depth), heightRadius: vary(0.34 * height),
                    widthRadius: vary(0.185 * width)))
        }
        self.lungs = lungs
    }

    /// A vessel: from the middle of the body's side of the lung outwards, bent once, thinner towards its end.
    func vessel(in lung: PhantomEllipsoid, random: inout Philox) -> [PhantomTube] {
        func point(_ reach: Double) -> SIMD3<Double> {
            // A direction towards the lung's surface, by rejection from the cube.
            while true {
                let direction = SIMD3(
                    random.uniformDouble() * 2 - 1, random.uniformDouble() * 2 - 1, random.uniformDouble() * 2 - 1)
                let square = (direction * direction).sum()
                if square > 0.05 && square < 1 { return direction * (reach / square.squareRoot()) }
            }
        }
        let radii = SIMD3(lung.depthRadius, lung.heightRadius, lung.widthRadius)
        let center = SIMD3(lung.depth, lung.height, lung.width)
        let inward = lung.width < body.width ? 0.6 : -0.6
        let start = center + radii * (SIMD3(0, 0, inward) + 0.3 * point(0.6))
        let end = center + radii * point(0.85)
        let bend = (start + end) / 2 + radii * point(0.15)
        let thick = 0.8 + 0.6 * random.uniformDouble()
        return [
            PhantomTube(from: start, to: bend, radii: (thick, 0.8 * thick)),
            PhantomTube(from: bend, to: end, radii: (0.8 * thick, 0.5 * thick)),
        ]
    }
}
