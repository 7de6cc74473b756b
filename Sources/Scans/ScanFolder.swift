package import Foundation
package import TrainingConfiguration

/// Scans of a folder: `<id>.nii`, `.nii.gz`, `.mhd` or `.mha` files, with `annotations.csv` for detection or `masks/<id>.…`
/// for segmentation.
///
/// `splits/train.txt` and `splits/val.txt` name the scans of each part, one id a line. Where there is no folder of splits,
/// the scans are divided by `data.val_fraction`: their sorted names are put in an order that the caller draws, and the first
/// ones are validated on. Files are read when a scan is asked for and must not change while they are used.
package struct ScanFolder: Sendable {
    /// The scans of each part.
    package let splits: [ScanSplit: [ScanEntry]]
    private let directory: URL
    /// The lists and the table, where they are files.
    private let tables: [URL]

    /// Reads the lists and the table, and looks that every listed scan is there. Paths of `settings` that are not
    /// absolute are relative to `base`. `order` puts so many scans, counted from 0, in the order in which they are divided.
    package init(
        _ settings: FolderSettings, relativeTo base: URL, order: (_ count: Int) -> [Int]
    ) throws(ScanError) {
        let directory = Self.url(settings.directory, relativeTo: base, isFolder: true)
        self.directory = directory
        guard Self.isFolder(directory) else { throw .missingFolder(directory.path(percentEncoded: false)) }
        var nodules: [String: [AnnotationTable.Row]] = [:]
        var masks: URL?
        var tables: [URL] = []
        switch settings.task {
        case .detection:
            let file = Self.url(settings.annotations, relativeTo: directory)
            nodules = try AnnotationTable(Self.text(of: file), file: settings.annotations).rows
            tables.append(file)
        case .segmentation:
            masks = Self.url(settings.masks, relativeTo: directory, isFolder: true)
        }
        let division = try ScanDivision(settings, in: directory, order: order)
        var splits: [ScanSplit: [ScanEntry]] = [:]
        for split in ScanSplit.allCases {
            splits[split] = try division.names(of: split).map { name throws(ScanError) in
                try ScanEntry(
                    name, in: directory, masks: masks, nodules: nodules[name] ?? [], list: division.listName(of: split))
            }
        }
        self.splits = splits
        self.tables = tables + division.files
    }

    /// The scans that are both trained on and validated on.
    package var sharedNames: [String] {
        let trained = Set((splits[.training] ?? []).map(\.name))
        return (splits[.validation] ?? []).map(\.name).filter(trained.contains)
    }

    /// Exactly the files that are used, with their paths as seen from the folder.
    package func files() throws(ScanError) -> [(name: String, file: URL)] {
        var files = Set(tables)
        for entry in splits.values.joined() {
            files.formUnion(try ScanFile.parts(of: entry.image))
            if let mask = entry.mask { files.formUnion(try ScanFile.parts(of: mask)) }
        }
        let prefix = directory.standardizedFileURL.path(percentEncoded: false)
        return files.map { file in
            let path = file.standardizedFileURL.path(percentEncoded: false)
            return (path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count).drop { $0 == "/" }) : path, file)
        }
    }

    private static func url(_ path: String, relativeTo base: URL, isFolder: Bool = false) -> URL {
        let hint: URL.DirectoryHint = isFolder ? .isDirectory : .notDirectory
        return path.hasPrefix("/")
            ? URL(filePath: path, directoryHint: hint) : base.appending(path: path, directoryHint: hint)
    }

    static func isFolder(_ url: URL) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path(percentEncoded: false), isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    static func text(of file: URL) throws(ScanError) -> String {
        String(decoding: try ScanFile.bytes(of: file, maximumByteCount: 256 << 20), as: UTF8.self)
    }
}

extension ScanError {
    /// The folders that the shipped examples train on.
    private static let shippedFolders = ["mri-tissue", "ct-bone"]

    fileprivate static func missingFolder(_ path: String) -> ScanError {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let remedy =
            shippedFolders.contains(name)
            ? "Fetch it with tools/fetch-data \(name)"
            : "Set data.directory to the folder of the scans, absolute or relative to where the server was started"
        return ScanError(.unreadable, file: path, "the folder does not exist. \(remedy)")
    }
}
