import TensorEngine
package import TrainingConfiguration

/// Chooses the patches of a training: which scan, where, and turned how.
///
/// Every choice is a pure function of the seed, the epoch and the place within the epoch; nothing is kept between calls,
/// so a resumed training sees the patches an undisturbed one sees. In one epoch each scan gives `patchesPerVolume`
/// patches, in random order; when the last batch is not full, it is filled from the beginning of that order.
package struct PatchSampler: Sendable {
    /// One patch to cut.
    package struct Entry: Equatable, Sendable {
        /// The scan, counted from 0.
        package let scan: Int
        /// The epoch it belongs to.
        package let epoch: Int
        /// Its place in the epoch, counted from 0 over all batches.
        package let place: Int

        package init(scan: Int, epoch: Int, place: Int) {
            self.scan = scan
            self.epoch = epoch
            self.place = place
        }
    }

    package let patchSize: VolumeSize
    package let batchSize: Int
    package let scanCount: Int
    private let patchesPerVolume: Int
    private let positiveFraction: Double
    private let augmentation: AugmentationSettings
    /// Millimetres between voxels: depth, height, width.
    private let spacing: [Double]
    /// The labels with the background; 1 where the target is a probability.
    private let classCount: Int
    private let interpolation: PatchCut.Interpolation
    private let seed: UInt64

    /// A sampler of at least one scan. `positiveFraction` is the share of patches cut around a nodule or a labelled voxel,
    /// where there is one; `interpolation` is how targets are rotated.
    package init(
        patchSize: VolumeSize, batchSize: Int, patchesPerVolume: Int, positiveFraction: Double, scanCount: Int,
        seed: UInt64, augmentation: AugmentationSettings = AugmentationSettings(), spacing: [Double] = [1, 1, 1],
        classCount: Int = 1, interpolation: PatchCut.Interpolation = .linear
    ) {
        precondition(batchSize > 0 && patchesPerVolume > 0 && scanCount > 0, "a sampler needs scans and patches")
        self.patchSize = patchSize
        self.batchSize = batchSize
        self.scanCount = scanCount
        self.patchesPerVolume = patchesPerVolume
        self.positiveFraction = positiveFraction
        self.seed = seed
        self.augmentation = augmentation
        self.spacing = spacing
        self.classCount = classCount
        self.interpolation = interpolation
    }

    /// A sampler as configured.
    package init(_ train: TrainSettings, spacing: [Double], task: DataTask, scanCount: Int, seed: UInt64) {
        self.init(
            patchSize: train.patchSize, batchSize: train.batchSize, patchesPerVolume: train.patchesPerVolume,
            positiveFraction: train.positiveFraction, scanCount: scanCount, seed: seed,
            augmentation: train.augmentation, spacing: spacing, classCount: train.model.outChannels,
            interpolation: task == .detection ? .linear : .nearest)
    }

    /// The batches of an epoch.
    package var batchesPerEpoch: Int { (scanCount * patchesPerVolume + batchSize - 1) / batchSize }

    /// The patches of one epoch (from 1), batch after batch: `batchesPerEpoch` times `batchSize` entries.
    package func entries(ofEpoch epoch: Int) -> [Entry] {
        precondition(epoch >= 1, "epochs are counted from 1")
        var random = Philox(seed: seed, purpose: .dataOrder, step: UInt64(epoch))
        let order = random.permutation(of: scanCount * patchesPerVolume)
        return (0..<batchesPerEpoch * batchSize).map { place in
            Entry(scan: order[place % order.count] % scanCount, epoch: epoch, place: place)
        }
    }

    /// The batch `index` (from 0) of an epoch; `scan` gives the scan at a number and is asked once for each in the batch.
    package func batch<Failure: Error>(
        _ index: Int, of entries: [Entry], scan: (Int) throws(Failure) -> any PatchSource
    ) throws(Failure) -> PatchBatch {
        precondition(entries.count == batchesPerEpoch * batchSize && index >= 0 && index < batchesPerEpoch)
        let voxelCount = patchSize.voxelCount
        var batch = PatchBatch(count: batchSize, size: patchSize, classCount: classCount)
        var labels = [Float](repeating: 0, count: classCount > 1 ? voxelCount : 0)
        var scans: [Int: any PatchSource] = [:]
        for position in 0..<batchSize {
            let entry = entries[index * batchSize + position]
            let source: any PatchSource
            if let known = scans[entry.scan] { source = known } else { source = try scan(entry.scan) }
            scans[entry.scan] = source
            let cut = cut(for: entry, from: source)
            let size = source.size
            source.withVoxels { volume, target in
                cut.copy(from: volume, of: size, to: &batch.volumes, at: position * voxelCount)
                if classCount > 1 {
                    cut.copy(from: target, of: size, to: &labels, at: 0, by: .nearest)
                    batch.setLabels(labels, at: position, classCount: classCount)
                } else {
                    cut.copy(from: target, of: size, to: &batch.targets, at: position * voxelCount, by: interpolation)
                }
            }
        }
        return batch
    }

    /// The place where the patch of an entry is cut from its scan, and the way it is turned.
    ///
    /// A positive patch has a nodule's centre in its middle half; in a scan with labelled voxels instead, one of those, of a
    /// label that is drawn first, so that rare labels are seen as often as common ones.
    package func cut(for entry: Entry, from scan: any PatchSource) -> PatchCut {
        var random = Philox(
            seed: seed, purpose: .patchSampling, step: UInt64(entry.epoch) << 32 | UInt64(entry.place))
        let (nodules, anchors, size) = (scan.nodules, scan.anchors, scan.size)
        let isPositive = random.uniformDouble() < positiveFraction && !(nodules.isEmpty && anchors.isEmpty)
        var centers: [Double]?
        if isPositive, !anchors.isEmpty {
            let voxels = anchors[random.integer(below: anchors.count)]
            let offset = Int(voxels[random.integer(below: voxels.count)])
            centers = [
                Double(offset / (size.height * size.width)), Double(offset / size.width % size.height),
                Double(offset % size.width),
            ]
        } else if isPositive {
            let nodule = nodules[random.integer(below: nodules.count)]
            centers = [nodule.depth, nodule.height, nodule.width]
        }
        var origin: [Int] = []
        for (axis, (patch, side)) in zip(patchSize.elements, size.elements).enumerated() {
            // Drawn in either case, so that a patch depends on no other axis.
            let share = random.uniformDouble()
            if side <= patch {
                origin.append((side - patch) / 2)
            } else if let centers {
                // The centre falls into the middle half of the patch.
                let wanted = Int((centers[axis] - Double(patch) * (0.25 + 0.5 * share)).rounded())
                origin.append(min(max(wanted, 0), side - patch))
            } else {
                origin.append(Int(share * Double(side - patch + 1)))
            }
        }
        let turns = augmentation.flips ? random.next() : 0
        let rotation =
            augmentation.rotationDegrees > 0
            ? PatchRotation(limit: augmentation.rotationDegrees, spacing: spacing, random: &random) : nil
        return PatchCut(
            origin: origin, size: patchSize, flipsDepth: turns & 1 != 0, flipsHeight: turns & 2 != 0,
            flipsWidth: turns & 4 != 0, transposes: turns & 8 != 0 && patchSize.height == patchSize.width,
            rotation: rotation)
    }
}
