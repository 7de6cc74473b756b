package import Scans
import TensorEngine
package import TrainingConfiguration

/// CT-like volumes made from a seed: a body, two lungs with vessels, and nodules in them, in HU with noise.
///
/// A scan is a pure function of the settings, its part of the data set and its index: the same on every machine, in any
/// order, without anything kept between calls. Vessels are as bright as nodules and thinner, so that only the shape
/// tells them apart.
package struct PhantomVolumes: Sendable {
    package let settings: PhantomSettings
    package let window: IntensityWindow

    package init(_ settings: PhantomSettings, window: IntensityWindow) {
        self.settings = settings
        self.window = window
    }

    /// The number of scans in a part.
    package func scanCount(of split: ScanSplit) -> Int {
        split == .training ? settings.trainScanCount : settings.validationScanCount
    }

    /// True for a scan without nodules. They are spread evenly: of the first n, ⌊n · emptyFraction⌋ are empty.
    package func isEmpty(_ index: Int) -> Bool {
        (Double(index + 1) * settings.emptyFraction).rounded(.down)
            > (Double(index) * settings.emptyFraction).rounded(.down)
    }

    /// The scan at `index` of a part, windowed to 0 … 1, with its target.
    package func scan(_ split: ScanSplit, _ index: Int) -> Scan {
        let (hounsfield, nodules) = hounsfieldScan(split, index)
        var volume = hounsfield
        window.apply(to: &volume.values)
        let target =
            settings.task == .detection
            ? Heatmap.detection(of: nodules, size: settings.size)
            : Heatmap.segmentation(of: nodules, size: settings.size)
        return Scan(name: "\(split.rawValue)-\(index)", volume: volume, nodules: nodules, target: target)
    }

    /// The scan at `index` of a part in HU, and its nodules in the order they were placed.
    package func hounsfieldScan(_ split: ScanSplit, _ index: Int) -> (volume: Volume, nodules: [Nodule]) {
        precondition(index >= 0, "scans are counted from 0")
        // The parts have streams of random numbers of their own.
        let stream: UInt64 = (split == .training ? 0 : 1) << 48 | UInt64(index)
        var random = Philox(seed: settings.seed, purpose: .phantom, step: stream)
        var canvas = PhantomCanvas(size: settings.size)
        let lungs = PhantomAnatomy(size: settings.size, random: &random)
        canvas.fill(lungs.body, with: PhantomAnatomy.bodyIntensity)
        for lung in lungs.lungs { canvas.fill(lung, with: PhantomAnatomy.lungIntensity) }
        for _ in 0..<settings.vesselCount {
            let lung = lungs.lungs[random.integer(below: lungs.lungs.count)]
            for tube in lungs.vessel(in: lung, random: &random) {
                canvas.fill(tube, with: PhantomAnatomy.vesselIntensity)
            }
        }
        let nodules = isEmpty(index) ? [] : placeNodules(in: lungs, random: &random)
        for nodule in nodules {
            let intensity = random.uniform(in: PhantomAnatomy.noduleIntensities)
            canvas.fill(nodule, with: intensity, stretched: 1 + 0.16 * (random.uniform() - 0.5))
        }
        canvas.addNoise(deviation: Float(settings.noise), seed: settings.seed, stream: stream)
        return (canvas.volume, nodules)
    }

    /// Places nodules in the lungs, at least two voxels apart. A nodule for which no place is found is tried smaller, then
    /// left out.
    private func placeNodules(in anatomy: PhantomAnatomy, random: inout Philox) -> [Nodule] {
        let range = settings.nodulesPerScan
        let count = range.lowerBound + random.integer(below: range.count)
        var nodules: [Nodule] = []
        for _ in 0..<count {
            let (least, most) = (settings.diameter.lowerBound / 2, settings.diameter.upperBound / 2)
            var radius = least + (most - least) * random.uniformDouble()
            for attempt in 0..<400 {
                if attempt >= 100 { radius = least + (radius - least) * 0.98 }
                let lung = anatomy.lungs[random.integer(below: anatomy.lungs.count)]
                let nodule = lung.place(radius: radius, random: &random)
                let isInside = lung.contains(nodule)
                let isApart = nodules.allSatisfy {
                    let gap = $0.radius + nodule.radius + 2
                    return $0.squaredDistance(depth: nodule.depth, height: nodule.height, width: nodule.width) > gap
                        * gap
                }
                if isInside && isApart {
                    nodules.append(nodule)
                    break
                }
            }
        }
        return nodules
    }
}
