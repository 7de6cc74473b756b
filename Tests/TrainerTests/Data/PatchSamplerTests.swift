import Scans
import TensorEngine
import Testing
import Trainer
import TrainingConfiguration

@Suite("Sampling patches")
struct PatchSamplerTests {
    private static let patch = VolumeSize(depth: 8, height: 8, width: 8)

    private func sampler(
        patch: VolumeSize = Self.patch, batchSize: Int = 3, positiveFraction: Double = 0.5, scanCount: Int = 5,
        seed: UInt64 = 1
    ) -> PatchSampler {
        PatchSampler(
            patchSize: patch, batchSize: batchSize, patchesPerVolume: 4, positiveFraction: positiveFraction,
            scanCount: scanCount, seed: seed)
    }

    /// A scan whose voxels tell where they are.
    private func scan(_ size: VolumeSize = VolumeSize(depth: 20, height: 18, width: 16)) -> Scan {
        let volume = Volume(size: size, values: (0..<size.voxelCount).map { Float($0 + 1) })
        let nodules = [
            Nodule(depth: 3, height: 9, width: 12, radius: 2), Nodule(depth: 15, height: 2, width: 8, radius: 3),
        ]
        return Scan(
            name: "positions", volume: volume, nodules: nodules,
            target: Volume(size: size, values: volume.values.map { -$0 }))
    }

    @Test("an epoch takes the same number of patches from every scan, in an order of its own")
    func order() {
        let sampler = sampler()
        #expect(sampler.batchesPerEpoch == 7)
        let entries = sampler.entries(ofEpoch: 1)
        #expect(entries.count == 21)
        for scan in 0..<5 { #expect(entries.prefix(20).count { $0.scan == scan } == 4) }
        #expect(entries[20].scan == entries[0].scan)
        #expect(sampler.entries(ofEpoch: 1) == entries)
        #expect(sampler.entries(ofEpoch: 2).map(\.scan) != entries.map(\.scan))
        #expect(self.sampler(seed: 2).entries(ofEpoch: 1).map(\.scan) != entries.map(\.scan))
    }

    @Test("a batch can be made without those before it")
    func anyBatch() throws {
        let sampler = sampler()
        let scan = scan()
        let entries = sampler.entries(ofEpoch: 3)
        let all = (0..<7).map { sampler.batch($0, of: entries) { _ in scan } }
        let again = self.sampler().batch(4, of: self.sampler().entries(ofEpoch: 3)) { _ in scan }
        #expect(again == all[4])
        #expect(Set(all.map { $0.volumes[0] }).count > 1)
        #expect(all[0].shape.count == all[0].volumes.count)
    }

    @Test("each scan of a batch is asked for once")
    func asked() {
        let sampler = sampler(batchSize: 20)
        var asked: [Int] = []
        let scan = scan()
        _ = sampler.batch(0, of: sampler.entries(ofEpoch: 1)) { index in
            asked.append(index)
            return scan
        }
        #expect(asked.sorted() == [0, 1, 2, 3, 4])
    }

    @Test(
        "input and target are cut and turned alike, and every voxel of the patch comes from it once",
        arguments: 0..<10 as Range<UInt64>)
    func alike(seed: UInt64) {
        let sampler = sampler(seed: seed)
        let scan = scan()
        for entry in sampler.entries(ofEpoch: 1) {
            let cut = sampler.cut(for: entry, from: scan)
            var values = [Float](repeating: 0, count: 512)
            cut.copy(from: scan.volume, to: &values, at: 0)
            var targets = [Float](repeating: 0, count: 512)
            cut.copy(from: scan.target, to: &targets, at: 0)
            #expect(targets == values.map { -$0 })
            let expected = (0..<8).flatMap { z in
                (0..<8).flatMap { y in
                    (0..<8).map { x in scan.volume[cut.origin[0] + z, cut.origin[1] + y, cut.origin[2] + x] }
                }
            }
            #expect(values.sorted() == expected.sorted())
            for depth in 0..<8 {
                for height in 0..<8 {
                    for width in 0..<8 {
                        let z = cut.flipsDepth ? 7 - depth : depth
                        var (y, x) = (cut.flipsHeight ? 7 - height : height, cut.flipsWidth ? 7 - width : width)
                        if cut.transposes { (y, x) = (x, y) }
                        #expect(values[depth * 64 + height * 8 + width] == expected[z * 64 + y * 8 + x])
                    }
                }
            }
        }
    }

    @Test("a positive patch holds the centre of a nodule, and their share is the one asked for")
    func positives() {
        let scan = scan()
        func holdsNodule(_ cut: PatchCut) -> Bool {
            scan.nodules.contains { nodule in
                zip(zip(cut.origin, [nodule.depth, nodule.height, nodule.width]), cut.size.elements).allSatisfy {
                    $0.1 >= Double($0.0) && $0.1 <= Double($0.0 + $1 - 1)
                }
            }
        }
        let always = sampler(positiveFraction: 1, scanCount: 50)
        #expect(always.entries(ofEpoch: 1).allSatisfy { holdsNodule(always.cut(for: $0, from: scan)) })
        let never = sampler(positiveFraction: 0, scanCount: 200)
        let share = { (sampler: PatchSampler) in
            let cuts = sampler.entries(ofEpoch: 1).map { sampler.cut(for: $0, from: scan) }
            return Double(cuts.count(where: holdsNodule)) / Double(cuts.count)
        }
        let base = share(never)
        #expect(base < 0.5)
        let half = share(sampler(positiveFraction: 0.5, scanCount: 200))
        #expect(abs(half - (0.5 + 0.5 * base)) < 0.08)
    }

    @Test("every turn happens, and height and width change places only when they are equal")
    func turns() {
        let scan = scan()
        let square = sampler(scanCount: 100)
        let cuts = square.entries(ofEpoch: 1).map { square.cut(for: $0, from: scan) }
        let kinds = Set(cuts.map { [$0.flipsDepth, $0.flipsHeight, $0.flipsWidth, $0.transposes] })
        #expect(kinds.count == 16)
        let oblong = sampler(patch: VolumeSize(depth: 8, height: 4, width: 8), scanCount: 100)
        #expect(oblong.entries(ofEpoch: 1).allSatisfy { !oblong.cut(for: $0, from: scan).transposes })
    }

    @Test("a scan smaller than the patch stands in the middle of zeros")
    func small() {
        let scan = scan(VolumeSize(depth: 4, height: 8, width: 20))
        let sampler = sampler()
        let entry = sampler.entries(ofEpoch: 1)[0]
        let cut = sampler.cut(for: entry, from: scan)
        #expect(cut.origin[0] == -2 && cut.origin[1] == 0)
        var values = [Float](repeating: -1, count: 512)
        cut.copy(from: scan.volume, to: &values, at: 0)
        #expect(values.count { $0 == 0 } == 256)
        #expect(values[..<128].allSatisfy { $0 == 0 } && values[384...].allSatisfy { $0 == 0 })
    }

    @Test("without flips and rotation a patch is cut as it lies")
    func plain() {
        let sampler = PatchSampler(
            patchSize: Self.patch, batchSize: 1, patchesPerVolume: 4, positiveFraction: 0.5, scanCount: 5, seed: 1,
            augmentation: AugmentationSettings(flips: false))
        let scan = scan()
        for entry in sampler.entries(ofEpoch: 1) {
            let cut = sampler.cut(for: entry, from: scan)
            #expect(!cut.flipsDepth && !cut.flipsHeight && !cut.flipsWidth && !cut.transposes && cut.rotation == nil)
            // Where it lies does not depend on how patches are varied.
            #expect(cut.origin == self.sampler(batchSize: 1).cut(for: entry, from: scan).origin)
        }
    }

    @Test("a rotated patch shows a smooth volume turned about its middle by no more than the limit", arguments: 0..<8)
    func rotation(place: Int) {
        let size = VolumeSize(depth: 24, height: 24, width: 24)
        // A linear volume is interpolated without error, so that the gradient of the patch tells the rotation.
        var volume = Volume(size: size)
        for z in 0..<24 { for y in 0..<24 { for x in 0..<24 { volume[z, y, x] = Float(100 * z + 10 * y + x) } } }
        let scan = Scan(name: "linear", volume: volume, nodules: [], target: Volume(size: size))
        let sampler = PatchSampler(
            patchSize: Self.patch, batchSize: 1, patchesPerVolume: 1, positiveFraction: 0, scanCount: 1, seed: 9,
            augmentation: AugmentationSettings(flips: false, rotationDegrees: 10))
        let cut = PatchCut(
            origin: [8, 8, 8], size: Self.patch,
            rotation: sampler.cut(for: .init(scan: 0, epoch: 1, place: place), from: scan).rotation)
        var values = [Float](repeating: 0, count: 512)
        cut.copy(from: scan.volume, to: &values, at: 0)
        let slopes = [values[64] - values[0], values[8] - values[0], values[1] - values[0]].map { Double($0) }
        let length = slopes.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(abs(length - (10_101.0).squareRoot()) < 0.05)
        let cosine = (100 * slopes[0] + 10 * slopes[1] + slopes[2]) / (10_101.0).squareRoot() / length
        #expect(cosine < 1 - 1e-6 && cosine > 0.95)
        let middle = values.reduce(0, +) / 512
        #expect(abs(middle - 111 * 11.5) < 0.05)
        var labels = [Float](repeating: -1, count: 512)
        let steps = Volume(size: size, values: volume.values.map { $0 < 1300 ? 0 : 2 })
        cut.copy(from: steps, to: &labels, at: 0, by: .nearest)
        #expect(Set(labels) == [0, 2])
    }

    @Test("a patch that is turned at the edge of its scan has zeros outside and the scan inside")
    func edge() {
        let size = VolumeSize(depth: 8, height: 8, width: 8)
        let scan = Scan(
            name: "ones", volume: Volume(size: size, filledWith: 1), nodules: [], target: Volume(size: size))
        let sampler = PatchSampler(
            patchSize: Self.patch, batchSize: 1, patchesPerVolume: 8, positiveFraction: 0, scanCount: 1, seed: 3,
            augmentation: AugmentationSettings(flips: true, rotationDegrees: 45))
        for entry in sampler.entries(ofEpoch: 1) {
            var values = [Float](repeating: -1, count: 512)
            sampler.cut(for: entry, from: scan).copy(from: scan.volume, to: &values, at: 0)
            #expect(values.allSatisfy { $0 >= 0 && $0 <= 1 })
            #expect(abs(values[3 * 64 + 3 * 8 + 3] - 1) < 1e-6)
            #expect(values.contains { $0 < 0.5 })
        }
    }

    @Test("around labelled voxels, each label is shown as often as the others, however rare it is")
    func anchors() {
        let size = VolumeSize(depth: 40, height: 40, width: 40)
        var target = Volume(size: size)
        for z in 0..<20 { for y in 0..<40 { for x in 0..<40 { target[z, y, x] = 1 } } }
        target[35, 35, 35] = 2
        let ones = (0..<100).map { UInt32($0 * 320) }
        let scan = Scan(
            name: "labels", volume: target, nodules: [], target: target,
            anchors: [ones, [UInt32((35 * 40 + 35) * 40 + 35)]])
        let sampler = PatchSampler(
            patchSize: Self.patch, batchSize: 4, patchesPerVolume: 200, positiveFraction: 1, scanCount: 1, seed: 5,
            classCount: 3)
        let entries = sampler.entries(ofEpoch: 1)
        let cuts = entries.map { sampler.cut(for: $0, from: scan) }
        let rare = cuts.count { cut in cut.origin.allSatisfy { $0 <= 35 && $0 + 8 > 35 } }
        #expect((70...130).contains(rare))
        let batch = sampler.batch(0, of: entries) { _ in scan }
        #expect(batch.targets.count == 3 * batch.volumes.count)
        for sample in 0..<4 {
            for voxel in 0..<512 {
                let channels = (0..<3).map { batch.targets[(sample * 3 + $0) * 512 + voxel] }
                let label = Int(batch.volumes[sample * 512 + voxel])
                #expect(channels == (0..<3).map { $0 == label ? 1 : 0 })
            }
        }
    }
}
