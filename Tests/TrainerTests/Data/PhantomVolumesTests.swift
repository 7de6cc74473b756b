import Scans
import Testing
import Trainer
import TrainingConfiguration

@Suite("Phantom volumes")
struct PhantomVolumesTests {
    private static let size = VolumeSize(depth: 48, height: 48, width: 48)

    private func phantoms(
        size: VolumeSize = Self.size, nodules: ClosedRange<Int> = 4...6, diameter: ClosedRange<Double> = 4...9,
        noise: Double = 40, task: DataTask = .detection, emptyFraction: Double = 0.25, seed: UInt64 = 7
    ) -> PhantomVolumes {
        PhantomVolumes(
            PhantomSettings(
                task: task, size: size, trainScanCount: 12, validationScanCount: 8, nodulesPerScan: nodules,
                emptyFraction: emptyFraction, diameter: diameter, noise: noise, vesselCount: 8, seed: seed),
            window: IntensityWindow(center: -600, width: 1500))
    }

    @Test("a scan is a function of seed, part and index alone")
    func pure() {
        let first = phantoms().scan(.training, 3)
        _ = phantoms().scan(.validation, 5)
        #expect(phantoms().scan(.training, 3) == first)
        #expect(phantoms().scan(.validation, 3).volume != first.volume)
        #expect(phantoms().scan(.training, 4).volume != first.volume)
        #expect(phantoms(seed: 8).scan(.training, 3).volume != first.volume)
    }

    @Test("the bits of a scan are the same on every machine")
    func golden() {
        let scan = phantoms().scan(.validation, 0)
        #expect(digest(scan.volume.values) == 11_423_637_565_787_061_267)
        #expect(digest(scan.target.values) == 15_212_493_735_573_048_951)
    }

    @Test("the validation scans hold at least 20 nodules, and a quarter of the scans holds none")
    func counts() {
        let scans = (0..<8).map { phantoms().scan(.validation, $0) }
        #expect(scans.filter(\.nodules.isEmpty).count == 2)
        #expect(scans.reduce(0) { $0 + $1.nodules.count } >= 20)
        let empty = (0..<100).filter { phantoms(emptyFraction: 0.3).isEmpty($0) }
        #expect(empty.count == 30)
        #expect((0..<10).allSatisfy { !phantoms(emptyFraction: 0).isEmpty($0) })
        #expect((0..<10).allSatisfy { phantoms(emptyFraction: 1).isEmpty($0) })
    }

    @Test(
        "nodules lie inside the volume, apart from each other, with the diameters asked for",
        arguments: 0..<20 as Range<UInt64>)
    func nodules(seed: UInt64) {
        for index in 0..<6 {
            let nodules = phantoms(seed: seed).scan(.training, index).nodules
            #expect(phantoms().isEmpty(index) ? nodules.isEmpty : (1...6).contains(nodules.count))
            for (position, nodule) in nodules.enumerated() {
                #expect((2...4.5).contains(nodule.radius))
                for (center, side) in zip([nodule.depth, nodule.height, nodule.width], Self.size.elements) {
                    #expect(center - nodule.radius >= 0 && center + nodule.radius <= Double(side - 1))
                }
                for other in nodules[..<position] {
                    let gap = nodule.radius + other.radius
                    #expect(
                        nodule.squaredDistance(depth: other.depth, height: other.height, width: other.width) > gap * gap
                    )
                }
            }
        }
    }

    @Test("intensities are those of a chest: air, soft tissue, lung, and nodules brighter than lung")
    func intensities() {
        let (volume, nodules) = phantoms(noise: 0).hounsfieldScan(.training, 0)
        #expect(volume[24, 0, 0] == -1000)
        #expect(volume.values.allSatisfy { (-1000...120).contains($0) })
        #expect(abs(volume[24, 24, 24] - 40) < 1)
        #expect(!nodules.isEmpty)
        for nodule in nodules {
            let center = volume[Int(nodule.depth.rounded()), Int(nodule.height.rounded()), Int(nodule.width.rounded())]
            #expect((-130...125).contains(center))
        }
        let lungVoxels = volume.values.count { $0 < -800 && $0 > -900 }
        #expect(Double(lungVoxels) > 0.1 * Double(volume.values.count))
    }

    @Test("noise has the deviation asked for and no mean")
    func noise() {
        let clean = phantoms(noise: 0).hounsfieldScan(.training, 1).volume.values
        let noisy = phantoms(noise: 25).hounsfieldScan(.training, 1).volume.values
        let noise = zip(noisy, clean).map { Double($0 - $1) }
        let mean = noise.reduce(0, +) / Double(noise.count)
        let variance = noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count)
        #expect(abs(mean) < 0.5)
        #expect(abs(variance.squareRoot() - 25) < 0.5)
    }

    @Test("windowed values lie between 0 and 1, with the ends of the window at the ends")
    func window() {
        var values: [Float] = [-5000, -1350, -600, 150, 3000]
        IntensityWindow(center: -600, width: 1500).apply(to: &values)
        #expect(values[0] == 0 && values[1] == 0 && abs(values[2] - 0.5) < 1e-6 && values[3] == 1 && values[4] == 1)
        #expect(phantoms().scan(.training, 0).volume.values.allSatisfy { (0...1).contains($0) })
    }

    @Test("the heatmap is highest at the centres and nothing far from them")
    func heatmap() {
        let scan = phantoms().scan(.training, 0)
        for nodule in scan.nodules {
            let peak = scan.target[
                Int(nodule.depth.rounded()), Int(nodule.height.rounded()), Int(nodule.width.rounded())]
            #expect(peak > 0.75)
        }
        #expect(scan.target.values.allSatisfy { $0 == 0 || ($0 >= Heatmap.floor && $0 <= 1) })
        #expect(phantoms().scan(.training, 3).target.values.allSatisfy { $0 == 0 })
        let one = Heatmap.detection(
            of: [Nodule(depth: 10, height: 12, width: 14, radius: 5)],
            size: VolumeSize(depth: 24, height: 24, width: 24))
        #expect(one[10, 12, 14] == 1)
        #expect(abs(one[10, 12, 17] - 0.6065307) < 1e-6)
        #expect(one[13, 12, 14] == one[10, 12, 17] && one[10, 9, 14] == one[10, 12, 17])
    }

    @Test("the mask holds the voxels within the radius")
    func mask() {
        let nodule = Nodule(depth: 8, height: 8, width: 0, radius: 3)
        let mask = Heatmap.segmentation(of: [nodule], size: VolumeSize(depth: 16, height: 16, width: 16))
        #expect(mask[8, 8, 3] == 1 && mask[8, 8, 4] == 0 && mask[10, 10, 1] == 1 && mask[10, 10, 2] == 0)
        #expect(phantoms(task: .segmentation).scan(.training, 0).target.values.allSatisfy { $0 == 0 || $0 == 1 })
    }

    @Test(
        "volumes of other shapes are made too",
        arguments: [VolumeSize(depth: 16, height: 16, width: 16), VolumeSize(depth: 20, height: 37, width: 64)])
    func shapes(size: VolumeSize) {
        let scan = phantoms(size: size, diameter: 4...5).scan(.training, 0)
        #expect(scan.volume.size == size)
        #expect(scan.volume.values.contains { $0 > 0 })
    }

    /// FNV-1a over the bit patterns.
    private func digest(_ values: [Float]) -> UInt64 {
        values.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01B3 }
    }
}
