package import Foundation
import Text
package import TrainingConfiguration

/// Scans of a folder: `<id>.nii`, `.nii.gz`, `.mhd` or `.mha` files, with `annotations.csv` for detection or `masks/<id>.…`
/// for segmentation.
///
/// `splits/train.txt` and `splits/val.txt` name the scans of each part, one id a line. Where there is no folder of splits, the
/// scans in the folders `train` and `val` are the parts; where there are none, the scans are divided by `data.val_fraction`: their sorted names are put in an order that the caller draws, and the first
/// ones are validated on. Files are read when a scan is asked for and must not change while they are used.
package struct ScanFolder: Sendable {
    /// The scans of each part.
    package let splits: [ScanSplit: [ScanEntry]]
    private let directory: URL
    /// The lists and the table, where they are files.
    private let tables: [URL]
    /// Sentences about the table that its user should read, each with the file's name.
    private let tableWarnings: [String]
    /// The name of the table, as the configuration has it.
    private let tableName: String

    /// Reads the lists and the table, and looks that every listed scan is there. Paths of `settings` that are not
    /// absolute are relative to `base`. `order` puts so many scans, counted from 0, in the order in which they are divided.
    package init(
        _ settings: FolderSettings, relativeTo base: URL, order: (_ count: Int) -> [Int]
    ) throws(ScanError) {
        let directory = Self.url(settings.directory, relativeTo: base, isFolder: true)
        self.directory = directory
        guard Self.isFolder(directory) else { throw .missingFolder(directory.path(percentEncoded: false)) }
        var table: AnnotationTable?
        var masks: URL?
        var tables: [URL] = []
        switch settings.task {
        case .detection:
            let file = Self.url(settings.annotations, relativeTo: directory)
            table = try AnnotationTable(Self.text(of: file), file: settings.annotations)
            tables.append(file)
        case .segmentation:
            masks = Self.url(settings.masks, relativeTo: directory, isFolder: true)
        }
        let division = try ScanDivision(settings, in: directory, order: order)
        tableName = settings.annotations
        let names = Set(ScanSplit.allCases.flatMap { division.names(of: $0) })
        let nodules = try table.map { table throws(ScanError) in
            try Self.rows(of: table, named: settings.annotations, of: names)
        }
        tableWarnings = nodules?.warnings ?? []
        var splits: [ScanSplit: [ScanEntry]] = [:]
        for split in ScanSplit.allCases {
            splits[split] = try division.names(of: split).map { name throws(ScanError) in
                try ScanEntry(
                    name, in: division.folder(of: split) ?? directory, masks: masks, nodules: nodules?.rows[name] ?? [],
                    list: division.listName(of: split))
            }
        }
        self.splits = splits
        self.tables = tables + division.files
    }

    /// The rows of the table by the names of the scans that are used, and what its user should know of the others.
    ///
    /// An id may have the extension of its file.
    /// - Throws: when the table has rows, and none of them is of a scan that is used.
    private static func rows(
        of table: AnnotationTable, named file: String, of names: Set<String>
    ) throws(ScanError) -> (rows: [String: [AnnotationTable.Row]], warnings: [String]) {
        var rows: [String: [AnnotationTable.Row]] = [:]
        var others: [String] = []
        for (id, found) in table.rows {
            let bare = ScanFile.suffixes.first { id.hasSuffix($0) }.map { String(id.dropLast($0.count)) }
            if let name = [id, bare].compactMap({ $0 }).first(where: names.contains) {
                rows[name] = ((rows[name] ?? []) + found).sorted { $0.line < $1.line }
            } else {
                others.append(id)
            }
        }
        guard let first = others.sorted().first else {
            return (rows, table.count > 0 ? [] : ["\(file): the table has no rows, so no scan has a finding."])
        }
        guard !rows.isEmpty else {
            throw ScanError(
                .inconsistent, file: file,
                "none of its rows is of a scan that is used: it names '\(first)'\(others.count > 1 ? " and \(others.count - 1) more" : ""), "
                    + "the scans are '\(names.sorted().first ?? "")'\(names.count > 1 ? " and \(names.count - 1) more" : "")"
            )
        }
        return (
            rows,
            [
                "\(file): \(others.count) of the \(table.rows.count) scans that it names are not used, '\(first)' first. Their "
                    + "rows are left out."
            ]
        )
    }

    /// Sentences about the table that its user should read. Reads the headers of the scans.
    ///
    /// - Throws: when every nodule lies outside its scan: then the places are of another world.
    package func warnings() throws(ScanError) -> [String] {
        var outside: [(name: String, row: AnnotationTable.Row)] = []
        var count = 0
        var checked: Set<String> = []
        for entry in ScanSplit.allCases.flatMap({ splits[$0] ?? [] }) where !entry.nodules.isEmpty {
            guard checked.insert(entry.name).inserted else { continue }
            let geometry = try ScanFile.geometry(at: entry.image)
            count += entry.nodules.count
            outside += entry.nodules.filter { !geometry.contains($0.place) }.map { (entry.name, $0) }
        }
        guard let first = outside.first else { return tableWarnings }
        let example = "line \(first.row.line) of scan '\(first.name)'"
        guard outside.count < count else {
            throw ScanError(
                .inconsistent, file: tableName,
                "every nodule lies outside its scan, such as \(example). Places must be in mm of the scan's own world "
                    + "(x, y, z; LPS for MetaImage, RAS for NIfTI)")
        }
        return tableWarnings + [
            "\(tableName): \(outside.count) of \(count) nodules lie outside their scans, such as \(example). Nothing is learnt "
                + "from them."
        ]
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
        let bytes = try ScanFile.bytes(of: file, maximumByteCount: 256 << 20)
        do throws(PlainTextFault) {
            return try PlainText.decode(bytes)
        } catch {
            throw ScanError(.malformed, file: file.lastPathComponent, "the file \(error.description)")
        }
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
