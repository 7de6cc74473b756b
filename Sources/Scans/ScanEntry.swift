package import Foundation

/// A scan of a folder: its name, the files it is in, and its lines of the table.
package struct ScanEntry: Sendable {
    package let name: String
    package let image: URL
    /// The mask; nil for detection.
    package let mask: URL?
    /// The nodules that the table of the folder lists; none for segmentation.
    package let nodules: [AnnotationTable.Row]

    /// The scan `name` of a folder, with its mask from the folder `masks` if there is one. `list` is what names it, for
    /// messages.
    init(
        _ name: String, in folder: URL, masks: URL?, nodules: [AnnotationTable.Row], list: String
    ) throws(ScanError) {
        self.name = name
        self.nodules = nodules
        image = try Self.file(named: name, in: folder, list: list)
        mask = try masks.map { masks throws(ScanError) in try Self.file(named: name, in: masks, list: list) }
    }

    private static func file(named name: String, in folder: URL, list: String) throws(ScanError) -> URL {
        guard !name.contains("/"), !name.contains("\0"), name != ".", name != ".." else {
            throw ScanError(.inconsistent, file: list, "\"\(name)\" is not a scan's id: ids have no slashes")
        }
        for suffix in ScanFile.suffixes {
            let file = folder.appending(path: name + suffix, directoryHint: .notDirectory)
            if FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) { return file }
        }
        for suffix in [".npz", ".npy", ".dcm"] {
            let file = folder.appending(path: name + suffix, directoryHint: .notDirectory)
            guard FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) else { continue }
            throw ScanError(
                .unsupported, file: name + suffix, "files of this kind are not read; convert it to .nii.gz or .mha")
        }
        throw ScanError(
            .inconsistent, file: list,
            "there is no file \(name) in \(folder.lastPathComponent) with one of the extensions "
                + ScanFile.suffixes.joined(separator: ", "))
    }
}
