package import Foundation
package import TrainingConfiguration

/// Scans of a folder: `<id>.nii`, `.nii.gz`, `.mhd` or `.mha` files, `splits/train.txt` and `splits/val.txt` with one id a
/// line, and `annotations.csv` for detection or `masks/<id>.…` for segmentation.
///
/// Volumes are brought to the target spacing along their own axes (the file's order: width, height, depth) and windowed.
/// Files are read when a scan is asked for and must not change while a training runs.
package struct ScanFolder: ScanSource {
    private let directory: URL
    private let settings: FolderSettings
    private let targetSpacing: [Double]
    private let window: IntensityWindow
    private let files: [ScanSplit: [(name: String, image: URL, mask: URL?)]]
    private let annotations: AnnotationTable?

    /// Reads the lists and the table, and looks that every listed scan is there. Paths of `settings` that are not
    /// absolute are relative to `base`.
    package init(
        _ settings: FolderSettings, _ preprocessing: PreprocessingSettings, relativeTo base: URL
    ) throws(ScanError) {
        directory =
            settings.directory.hasPrefix("/")
            ? URL(filePath: settings.directory) : base.appending(path: settings.directory)
        self.settings = settings
        targetSpacing = preprocessing.targetSpacing
        window = IntensityWindow(preprocessing)
        if settings.task == .detection {
            let file = directory.appending(path: settings.annotations)
            annotations = try AnnotationTable(Self.text(of: file), file: settings.annotations)
        } else {
            annotations = nil
        }
        var files: [ScanSplit: [(name: String, image: URL, mask: URL?)]] = [:]
        for (split, list) in [(ScanSplit.training, "train.txt"), (.validation, "val.txt")] {
            let text = try Self.text(of: directory.appending(path: settings.splits).appending(path: list))
            var entries: [(name: String, image: URL, mask: URL?)] = []
            for line in text.split(whereSeparator: \.isNewline) {
                let name = line.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
                guard !name.isEmpty else { continue }
                let image = try Self.file(named: name, in: directory, list: list)
                let mask =
                    settings.task == .segmentation
                    ? try Self.file(named: name, in: directory.appending(path: settings.masks), list: list) : nil
                entries.append((name, image, mask))
            }
            guard !entries.isEmpty else {
                throw ScanError(.inconsistent, file: list, "the list names no scan; at least one is needed")
            }
            files[split] = entries
        }
        self.files = files
    }

    package func scanCount(of split: ScanSplit) -> Int { files[split]?.count ?? 0 }

    package func scan(_ split: ScanSplit, _ index: Int) throws(ScanError) -> Scan {
        guard let entries = files[split], entries.indices.contains(index) else {
            preconditionFailure("there is no scan \(index) in the \(split.rawValue) part")
        }
        let entry = entries[index]
        let image = try ScanFile.image(at: entry.image)
        let scale = Resampler.scale(from: image.placement.spacing, to: targetSpacing)
        let size = try Resampler.size(of: image.volume.size, scaled: scale, file: entry.name)
        var volume = Resampler.linear(image.volume, to: size, scaled: scale)
        window.apply(to: &volume.values)
        if let mask = entry.mask {
            let labels = try ScanFile.image(at: mask)
            guard labels.volume.size == image.volume.size else {
                throw ScanError(
                    .inconsistent, file: mask.lastPathComponent,
                    "the mask has \(labels.volume.size) voxels, its scan \(image.volume.size)")
            }
            var target = Resampler.nearest(labels.volume, to: size, scaled: scale)
            for index in target.values.indices { target.values[index] = target.values[index] >= 0.5 ? 1 : 0 }
            return Scan(
                name: entry.name, volume: volume, nodules: MaskComponents.nodules(in: target), target: target)
        }
        let nodules = (annotations?.rows[entry.name] ?? []).map { nodule(of: $0, in: image.placement, scale) }
        return Scan(
            name: entry.name, volume: volume, nodules: nodules, target: Heatmap.detection(of: nodules, size: size))
    }

    /// A line of the table in voxels of the resampled volume.
    private func nodule(of row: AnnotationTable.Row, in placement: VoxelPlacement, _ scale: [Double]) -> Nodule {
        let voxel = placement.voxel(at: row.place)
        let meanSpacing = targetSpacing.reduce(0, +) / 3
        return Nodule(
            depth: voxel.z * scale[0], height: voxel.y * scale[1], width: voxel.x * scale[2],
            radius: row.diameter / 2 / meanSpacing)
    }

    private static func file(named name: String, in folder: URL, list: String) throws(ScanError) -> URL {
        guard !name.contains("/"), !name.contains("\0"), name != ".", name != ".." else {
            throw ScanError(.inconsistent, file: list, "\"\(name)\" is no id of a scan: ids have no slashes")
        }
        for suffix in ScanFile.suffixes {
            let file = folder.appending(path: name + suffix)
            if FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) { return file }
        }
        throw ScanError(
            .inconsistent, file: list,
            "there is no file \(name) in \(folder.lastPathComponent) with one of the endings "
                + ScanFile.suffixes.joined(separator: ", "))
    }

    private static func text(of file: URL) throws(ScanError) -> String {
        String(decoding: try ScanFile.bytes(of: file, maximumByteCount: 256 << 20), as: UTF8.self)
    }
}
