package import Foundation
import JSON
package import Scans
import TensorEngine
package import Tracking
package import TrainingConfiguration

/// The scans of a folder, made ready for the network.
///
/// Volumes are brought to the target spacing along their own axes (the file's order: width, height, depth) and windowed.
/// In a mask every label counts as the structure when there is one channel; with several, label n is channel n.
package struct FolderVolumes: ScanSource {
    private let folder: ScanFolder
    private let task: DataTask
    private let preprocessing: PreprocessingSettings
    private let classCount: Int

    /// Opens the folder of `settings`, relative to `base`. `classCount` is the number of labels with the background, 1 for
    /// a single mask; `seed` divides the scans where there are no lists.
    package init(
        _ settings: FolderSettings, _ preprocessing: PreprocessingSettings, classCount: Int = 1, seed: UInt64 = 0,
        relativeTo base: URL
    ) throws(ScanError) {
        folder = try ScanFolder(settings, relativeTo: base) { count in
            var random = Philox(seed: seed, purpose: .scanDivision)
            return random.permutation(of: count)
        }
        task = settings.task
        self.preprocessing = preprocessing
        self.classCount = classCount
    }

    /// The scans that are both trained on and validated on.
    package var sharedNames: [String] { folder.sharedNames }

    /// Sentences about the table of nodules that its user should read. Reads the headers of the scans.
    /// - Throws: when every nodule lies outside its scan.
    package func warnings() throws(ScanError) -> [String] { try folder.warnings() }

    package func scanCount(of split: ScanSplit) -> Int { folder.splits[split]?.count ?? 0 }

    package func scan(_ split: ScanSplit, _ index: Int) throws(ScanError) -> Scan {
        guard let entries = folder.splits[split], entries.indices.contains(index) else {
            preconditionFailure("there is no scan \(index) in the \(split.rawValue) part")
        }
        let entry = entries[index]
        let image = try ScanFile.image(at: entry.image)
        let scale = Resampler.scale(from: image.placement.spacing, to: preprocessing.targetSpacing)
        let size = try Resampler.size(of: image.volume.size, scaled: scale, file: entry.name)
        var volume = Resampler.linear(image.volume, to: size, scaled: scale)
        guard volume.values.allSatisfy(\.isFinite) else {
            throw ScanError(
                .malformed, file: entry.image.lastPathComponent,
                "it has voxels that are infinite or not numbers; every intensity must be finite")
        }
        IntensityWindow(preprocessing, for: volume.values).apply(to: &volume.values)
        if let mask = entry.mask {
            let target = try target(mask, of: image, size: size, scale: scale)
            return Scan(
                name: entry.name, volume: volume, nodules: [], target: target.volume,
                anchors: MaskAnchors.anchors(in: target.volume, classCount: classCount),
                isUpsideDown: image.geometry.isUpsideDown, warnings: image.warnings + target.warnings)
        }
        let nodules = entry.nodules.map { nodule(of: $0, in: image.placement, scale) }
        return Scan(
            name: entry.name, volume: volume, nodules: nodules, target: Heatmap.detection(of: nodules, size: size),
            isUpsideDown: image.geometry.isUpsideDown, warnings: image.warnings)
    }

    /// SHA-256 of the names (relative to the folder, sorted) and the digests of exactly the files that are used, and of
    /// all that decides how they are: the task, the number of labels, the preprocessing, and the division into parts.
    ///
    /// Reads every file once, which takes a second for one or two gigabytes.
    package func digest() throws(ScanError) -> Digest {
        var lines: [String] = []
        for (name, file) in try folder.files() {
            var hasher = Digest.Hasher()
            let pieces = try FilePieces(of: file)
            while let piece = try pieces.next() { piece.withUnsafeBytes { hasher.update($0) } }
            lines.append("\(name) \(hasher.finalize())")
        }
        let isPercentile = preprocessing.window == .percentile
        let bounds = isPercentile ? preprocessing.percentiles : [preprocessing.windowCenter, preprocessing.windowWidth]
        let recipe: JSONValue = [
            "format": "folder 1", "files": .array(lines.sorted().map { .string($0) }),
            "task": .string(task.rawValue), "classes": .integer(Int64(classCount)),
            "spacing": .array(preprocessing.targetSpacing.map { .number($0) }),
            "window": .string(preprocessing.window.rawValue), "bounds": .array(bounds.map { .number($0) }),
            "train": .array((folder.splits[.training] ?? []).map { .string($0.name) }),
            "val": .array((folder.splits[.validation] ?? []).map { .string($0.name) }),
        ]
        return Digest(hashing: recipe.encoded())
    }

    /// The labels of a mask at the scan's new size.
    private func target(
        _ mask: URL, of image: ScanImage, size: VolumeSize, scale: [Double]
    ) throws(ScanError) -> (volume: Volume, warnings: [String]) {
        let name = mask.lastPathComponent
        let labels = try ScanFile.image(at: mask)
        var warnings = labels.warnings
        var order = image.geometry.order(in: labels.geometry)
        if order == nil, image.geometry.isWritten(like: labels.geometry) {
            // Programs that do not care for orientation write the same numbers into either format.
            order = image.geometry.order(in: image.geometry)
            warnings.append(
                "\(name): its places are those of its scan only if both formats mean the same directions, which they do not "
                    + "(NIfTI counts x to the right and y to the front, MetaImage to the left and to the back). It is used "
                    + "voxel by voxel; check that it fits, and write both in one format.")
        }
        guard let order else {
            let sides = image.volume.size
            guard labels.volume.size == sides else {
                throw ScanError(
                    .inconsistent, file: name, "the mask has \(labels.volume.size) voxels, but its scan has \(sides)")
            }
            throw ScanError(
                .inconsistent, file: name,
                "the mask's voxels are not where its scan's are, by srow, qform and pixdim (NIfTI) or TransformMatrix, "
                    + "Offset and ElementSpacing (MetaImage); resample it to the scan's grid")
        }
        var target = Resampler.nearest(order.sorted(labels.volume), to: size, scaled: scale)
        if classCount == 1 {
            for index in target.values.indices { target.values[index] = target.values[index] >= 0.5 ? 1 : 0 }
        } else if let other = target.values.first(where: { !(0..<Float(classCount)).contains($0) || $0 != $0.rounded() }
        ) {
            throw ScanError(
                .inconsistent, file: name,
                "it has the label \(other), but train.model.out_channels is \(classCount), so labels must be 0 to "
                    + "\(classCount - 1)")
        }
        return (target, warnings)
    }

    /// A line of the table in voxels of the resampled volume.
    private func nodule(of row: AnnotationTable.Row, in placement: VoxelPlacement, _ scale: [Double]) -> Nodule {
        let voxel = placement.voxel(at: row.place)
        let meanSpacing = preprocessing.targetSpacing.reduce(0, +) / 3
        return Nodule(
            depth: voxel.z * scale[0], height: voxel.y * scale[1], width: voxel.x * scale[2],
            radius: row.diameter / 2 / meanSpacing)
    }
}
