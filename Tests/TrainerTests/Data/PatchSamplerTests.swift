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
}
