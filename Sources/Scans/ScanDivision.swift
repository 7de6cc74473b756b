import Foundation
import Text
import TrainingConfiguration

/// The division of a folder's scans into those that are trained on and those that are validated.
struct ScanDivision {
    private static let lists: [ScanSplit: String] = [.training: "train.txt", .validation: "val.txt"]
    private let names: [ScanSplit: [String]]
    private let lists: [ScanSplit: URL]

    /// Reads the lists of the folder of splits; where there is none, divides the scans by fraction, in the order given.
    init(_ settings: FolderSettings, in directory: URL, order: (_ count: Int) -> [Int]) throws(ScanError) {
        let folder =
            settings.splits.hasPrefix("/")
            ? URL(filePath: settings.splits) : directory.appending(path: settings.splits)
        guard ScanFolder.isFolder(folder) else {
            lists = [:]
            names = try Self.divide(settings, in: directory, order: order)
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

    /// The name, for messages, of what decides the scans of a part.
    func listName(of split: ScanSplit) -> String { lists[split]?.lastPathComponent ?? "data.val_fraction" }

    /// The lists, where they are files.
    var files: [URL] { Array(lists.values) }

    private static func divide(
        _ settings: FolderSettings, in directory: URL, order: (_ count: Int) -> [Int]
    ) throws(ScanError) -> [ScanSplit: [String]] {
        let files: [String]
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: directory.path(percentEncoded: false))
        } catch {
            throw ScanError(
                .unreadable, file: settings.directory, "the folder cannot be listed: \(FileFault.words(error))")
        }
        let ids = Set(
            files.filter { !$0.hasPrefix(".") }.compactMap { file in
                ScanFile.suffixes.first { file.hasSuffix($0) }.map { String(file.dropLast($0.count)) }
            })
        // By their bytes, so that the order is the same in every language.
        let sorted = ids.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        guard sorted.count >= 2 else {
            throw ScanError(
                .inconsistent, file: settings.directory,
                "there are \(sorted.count) scans (\(ScanFile.suffixes.joined(separator: ", "))) and no folder \(settings.splits); "
                    + "at least two are needed, one to train and one to validate on")
        }
        let order = order(sorted.count)
        let wanted = Int((Double(sorted.count) * settings.validationFraction).rounded())
        let count = min(max(wanted, 1), sorted.count - 1)
        return [
            .validation: order.prefix(count).sorted().map { sorted[$0] },
            .training: order.dropFirst(count).sorted().map { sorted[$0] },
        ]
    }
}
