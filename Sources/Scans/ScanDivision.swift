import Foundation
import Text
import TrainingConfiguration

/// The division of a folder's scans into those that are trained on and those that are validated.
struct ScanDivision {
    private static let lists: [ScanSplit: String] = [.training: "train.txt", .validation: "val.txt"]
    private let names: [ScanSplit: [String]]
    private let lists: [ScanSplit: URL]
    /// The folders of the scans of each part, when each has one of its own.
    private let folders: [ScanSplit: URL]

    private static let subfolders: [ScanSplit: String] = [.training: "train", .validation: "val"]

    /// Reads the lists of the folder of splits; where there is none, takes what is in the folders `train` and `val`; where
    /// there are none either, divides the scans by fraction, in the order given.
    init(_ settings: FolderSettings, in directory: URL, order: (_ count: Int) -> [Int]) throws(ScanError) {
        let folder =
            settings.splits.hasPrefix("/")
            ? URL(filePath: settings.splits) : directory.appending(path: settings.splits)
        guard ScanFolder.isFolder(folder) else {
            lists = [:]
            let folders = Self.subfolders.mapValues { directory.appending(path: $0, directoryHint: .isDirectory) }
            guard folders.values.allSatisfy(ScanFolder.isFolder) else {
                self.folders = [:]
                names = try Self.divide(settings, in: directory, order: order)
                return
            }
            self.folders = folders
            var names: [ScanSplit: [String]] = [:]
            for (split, folder) in folders {
                let found = try Self.scans(in: folder)
                guard !found.isEmpty else {
                    throw ScanError(
                        .inconsistent, file: Self.subfolders[split] ?? "",
                        "the folder has no scan (\(ScanFile.suffixes.joined(separator: ", "))); at least one is needed"
                            + Self.remark(on: folder))
                }
                names[split] = found
            }
            self.names = names
            return
        }
        var names: [ScanSplit: [String]] = [:]
        var lists: [ScanSplit: URL] = [:]
        for (split, list) in Self.lists {
            let file = folder.appending(path: list, directoryHint: .notDirectory)
            let text = try ScanFolder.text(of: file)
            let ids = text.split(whereSeparator: \.isNewline).map(Self.identifier)
            names[split] = ids.filter { !$0.isEmpty }
            lists[split] = file
            if names[split]?.isEmpty ?? true {
                throw ScanError(.inconsistent, file: list, "the list names no scan; at least one is needed")
            }
        }
        self.names = names
        self.lists = lists
        folders = [:]
    }

    /// The id in a line of a list. `#` begins a remark at the beginning of the line and after a blank; elsewhere it is a part
    /// of the id.
    private static func identifier(in line: Substring) -> String {
        var id = line[...]
        var isAfterBlank = true
        for index in line.indices {
            if isAfterBlank, line[index] == "#" {
                id = line[..<index]
                break
            }
            isAfterBlank = line[index].isWhitespace
        }
        return id.trimmingCharacters(in: .whitespaces)
    }

    func names(of split: ScanSplit) -> [String] { names[split] ?? [] }

    /// The folder of the scans of a part; nil when it is that of all.
    func folder(of split: ScanSplit) -> URL? { folders[split] }

    /// The name, for messages, of what decides the scans of a part.
    func listName(of split: ScanSplit) -> String {
        lists[split]?.lastPathComponent ?? folders[split]?.lastPathComponent ?? "data.val_fraction"
    }

    /// The lists, where they are files.
    var files: [URL] { Array(lists.values) }

    private static func divide(
        _ settings: FolderSettings, in directory: URL, order: (_ count: Int) -> [Int]
    ) throws(ScanError) -> [ScanSplit: [String]] {
        let sorted = try scans(in: directory)
        guard sorted.count >= 2 else {
            throw ScanError(
                .inconsistent, file: settings.directory,
                "there are \(sorted.count) scans (\(ScanFile.suffixes.joined(separator: ", "))) and no folder \(settings.splits); "
                    + "at least two are needed, one to train and one to validate on" + remark(on: directory))
        }
        let order = order(sorted.count)
        let wanted = Int((Double(sorted.count) * settings.validationFraction).rounded())
        let count = min(max(wanted, 1), sorted.count - 1)
        return [
            .validation: order.prefix(count).sorted().map { sorted[$0] },
            .training: order.dropFirst(count).sorted().map { sorted[$0] },
        ]
    }

    /// The ids of the scans in a folder, in the order of their bytes, which is the same in every language.
    private static func scans(in folder: URL) throws(ScanError) -> [String] {
        let ids = Set(
            try files(in: folder).compactMap { file in
                ScanFile.suffixes.first { file.hasSuffix($0) }.map { String(file.dropLast($0.count)) }
            })
        return ids.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The names in a folder that are not hidden.
    private static func files(in folder: URL) throws(ScanError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).filter {
                !$0.hasPrefix(".")
            }
        } catch {
            throw ScanError(
                .unreadable, file: folder.lastPathComponent, "the folder cannot be listed: \(FileFault.words(error))")
        }
    }

    /// A sentence about files that look like scans and are not read.
    private static func remark(on folder: URL) -> String {
        let names = (try? files(in: folder)) ?? []
        guard
            let other = names.sorted().first(where: {
                $0.hasSuffix(".npz") || $0.hasSuffix(".npy") || $0.hasSuffix(".dcm")
            })
        else { return "" }
        return ". Files such as \(other) are not read; convert them to .nii.gz or .mha"
    }
}
