import Foundation
import LMDB
import Text

/// The folders inside the read models' folder, and how one takes another's place.
///
/// `<version>` holds rows that were complete once. `<version>.building` holds rows on their way there: a process that ends
/// meanwhile goes on with them. `<version>.old` was replaced and is to be deleted. Folders of other versions are deleted
/// once this version's is complete.
struct ReadModelFolder {
    /// The read models' folder.
    let path: String
    /// Names the layout of the rows.
    let version: String
    /// The ways to open what lies in the folders.
    let environment: EnvironmentOptions

    var complete: String { path + "/" + version }
    var building: String { complete + ".building" }
    private var replaced: String { complete + ".old" }

    /// True when there are rows that were complete once.
    var hasComplete: Bool { FileManager.default.fileExists(atPath: complete + "/data.mdb") }

    /// Opens the complete rows if there are some, else those on their way. Damaged ones are deleted, since the log has
    /// everything they held.
    func open() throws(ProjectionError) -> (store: ReadModelStore, isComplete: Bool) {
        if hasComplete, let store = try openSound(complete) { return (store, true) }
        return (try openBuilding(), false)
    }

    /// Opens the rows on their way, or begins them.
    func openBuilding() throws(ProjectionError) -> ReadModelStore {
        try make(building)
        if let store = try openSound(building) { return store }
        try make(building)
        do throws(LMDBError) {
            return try ReadModelStore(path: building, options: environment)
        } catch {
            throw .storage(error)
        }
    }

    /// Deletes what is on its way.
    func removeBuilding() throws(ProjectionError) { try remove(building) }

    /// Deletes the complete rows and those on their way.
    func removeAll() throws(ProjectionError) {
        try remove(complete)
        try remove(building)
    }

    /// Puts the rows on their way in the place of the complete ones and deletes everything else.
    func completeBuilding() throws(ProjectionError) {
        if FileManager.default.fileExists(atPath: complete) {
            try remove(replaced)
            try rename(complete, to: replaced)
        }
        try rename(building, to: complete)
        for name in try names() where name != version && ReadModelFolder.isOurs(name) { try remove(path + "/" + name) }
    }

    /// The rows in `folder`; nil when they were damaged, and then they are deleted.
    private func openSound(_ folder: String) throws(ProjectionError) -> ReadModelStore? {
        var options = environment
        // What a process died of while it was being checked is checked before anything is read.
        let isMarked = FileManager.default.fileExists(atPath: folder + "/" + StructureCheck.markName)
        options.checkedByteCount = isMarked ? .max : min(options.checkedByteCount, StructureCheck.leastByteCount)
        do throws(LMDBError) {
            return try ReadModelStore(path: folder, options: options)
        } catch {
            guard error.meansDamage else { throw .storage(error) }
            try remove(folder)
            return nil
        }
    }

    /// True when the name is one that `ReadModelFolder` gives: numbers and points, and what marks an unfinished one.
    private static func isOurs(_ name: String) -> Bool {
        let base =
            ["building", "old"].first { name.hasSuffix("." + $0) }.map { name.dropLast($0.count + 1) } ?? name[...]
        return !base.isEmpty && base.utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: ".") }
    }

    private func names() throws(ProjectionError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw .folder("the folder \(path) could not be read: \(FileFault.words(error))")
        }
    }

    private func make(_ folder: String) throws(ProjectionError) {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw .folder("the folder \(folder) could not be created: \(FileFault.words(error))")
        }
    }

    private func remove(_ folder: String) throws(ProjectionError) {
        guard FileManager.default.fileExists(atPath: folder) else { return }
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            throw .folder("the folder \(folder) could not be deleted: \(FileFault.words(error))")
        }
    }

    private func rename(_ folder: String, to name: String) throws(ProjectionError) {
        do {
            try FileManager.default.moveItem(atPath: folder, toPath: name)
        } catch {
            throw .folder("the folder \(folder) could not be renamed to \(name): \(FileFault.words(error))")
        }
    }
}
