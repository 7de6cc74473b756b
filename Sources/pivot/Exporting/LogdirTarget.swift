import Foundation
import TrackingClient

/// The place of a logdir: it is written beside its place as `….part`, and has its name when it is complete.
struct LogdirTarget {
    let path: String
    private let partPath: String

    init(_ output: String) {
        var output = output
        while output.count > 1, output.hasSuffix("/") { output.removeLast() }
        path = output
        partPath = output + ".part"
    }

    /// True when an export has written there.
    var isLogdir: Bool { FileManager.default.fileExists(atPath: path + "/" + LogdirState.fileName) }

    /// Makes the folder that is written to, and returns its path.
    ///
    /// - Throws: `usage` when something is at the place that may not be replaced. Only what an export has written ever is.
    func begin(mayReplace: Bool) throws -> String {
        let manager = FileManager.default
        if manager.fileExists(atPath: path), try !manager.contentsOfDirectory(atPath: path).isEmpty {
            guard isLogdir else {
                throw CommandFailure(.usage, "\(path) has files that no export wrote. Export to another folder.")
            }
            guard mayReplace else {
                throw CommandFailure(
                    .usage,
                    "\(path) already exists. Go on with it with --follow, replace it with --force, or choose another.")
            }
        }
        if manager.fileExists(atPath: partPath) { try manager.removeItem(atPath: partPath) }
        try manager.createDirectory(atPath: partPath, withIntermediateDirectories: true)
        return partPath
    }

    /// Gives the folder its name; what was there before goes when the new one is in its place.
    func finish() throws {
        let manager = FileManager.default
        let oldPath = path + ".old"
        if manager.fileExists(atPath: path) {
            if manager.fileExists(atPath: oldPath) { try manager.removeItem(atPath: oldPath) }
            try manager.moveItem(atPath: path, toPath: oldPath)
        }
        try LocalFile.rename(partPath, to: path)
        try OutputFile.synchronizeFolder(of: path)
        if manager.fileExists(atPath: oldPath) { try manager.removeItem(atPath: oldPath) }
    }
}
