package import EventLog
import Foundation
import Transparency

/// Writes a log again from its own records, with new indexes and the same tree, and keeps the old one.
package enum LogRewriting {
    /// Puts a new log in the place of the one of `directory`, which no store has open.
    ///
    /// - Returns: The folder in which the old log is kept.
    /// - Throws: When a record is damaged, or the new log has another tree: then the old one stays where it is.
    package static func run(in directory: DataDirectory, options: EventLogOptions) throws -> String {
        let manager = FileManager.default
        let fresh = directory.path + "/repair.new"
        if manager.fileExists(atPath: fresh) { try manager.removeItem(atPath: fresh) }
        do {
            let source = try LogSource(readingFolderAt: directory.path)
            let target = try LogTarget(in: try DataDirectory(path: fresh, address: "pivot doctor"), options: options)
            if let size = source.tree?.size { target.watch(size) }
            while let group = try source.group(after: target.head, through: source.head) { try target.append(group) }
            if let known = source.tree, target.tree(ofSize: known.size) != known {
                throw BackupError(
                    .damaged,
                    "The records do not have the tree that the log says: headers were changed. Restore a backup.")
            }
            target.close()
        } catch {
            try manager.removeItem(atPath: fresh)
            throw error
        }
        var number = 1
        while manager.fileExists(atPath: directory.path + "/log.before-repair-\(number)") { number += 1 }
        let kept = directory.path + "/log.before-repair-\(number)"
        try manager.moveItem(atPath: directory.logFolder, toPath: kept)
        try manager.moveItem(atPath: DataDirectory.logFolder(inFolderAt: fresh), toPath: directory.logFolder)
        try manager.removeItem(atPath: fresh)
        return kept
    }
}
