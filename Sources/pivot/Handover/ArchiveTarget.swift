import ExportFormats
import Foundation
import Tracking
import TrackingClient

/// The place of an archive: a folder, or one file when its name ends with `.tar`. It is written beside its place as
/// `….part` and has its name when all of it is on disk.
struct ArchiveTarget {
    let path: String
    private let mayReplace: Bool

    /// - Throws: `usage` when something is at the place that may not be replaced. Only an archive ever is.
    init(_ output: String, mayReplace: Bool) throws {
        var output = output
        while output.count > 1, output.hasSuffix("/") { output.removeLast() }
        for ending in [".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2", ".zip"] where output.hasSuffix(ending) {
            throw CommandFailure(
                .usage,
                "--output must be a folder or end with .tar, not with \(ending): checkpoints hardly get smaller. "
                    + "Compress the .tar afterwards.")
        }
        path = output
        self.mayReplace = mayReplace
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
        if isFolder.boolValue {
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
            guard !names.isEmpty else { return }
            guard !isTar, names.contains(ArchiveManifest.path) else {
                throw CommandFailure(.usage, "\(path) has files that no export wrote. Export to another folder.")
            }
        } else if !isTar {
            throw CommandFailure(
                .usage, "\(path) is a file. Export to another folder, or to a name that ends with .tar.")
        }
        guard mayReplace else {
            throw CommandFailure(.usage, "\(path) already exists. Replace it with --force, or choose another.")
        }
    }

    private var isTar: Bool { path.hasSuffix(".tar") }
    private var partPath: String { path + ".part" }
    /// Where the files are gathered.
    private var folder: String { isTar ? path + ".files.part" : partPath }

    /// Lets `body` write the archive into a folder, and gives it its name.
    func write(_ body: (_ folder: String) async throws -> ArchiveManifest) async throws -> ArchiveManifest {
        let manager = FileManager.default
        if manager.fileExists(atPath: folder) { try manager.removeItem(atPath: folder) }
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
        do {
            let manifest = try await body(folder)
            if isTar {
                try pack(manifest)
                try manager.removeItem(atPath: folder)
            } else {
                try replace()
            }
            return manifest
        } catch {
            // What was gathered is of no use without the rest.
            if manager.fileExists(atPath: folder) { try manager.removeItem(atPath: folder) }
            throw error
        }
    }

    /// Puts the folder in its place; what was there before goes when the new one is there.
    private func replace() throws {
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

    /// Writes the gathered files one behind the other, the manifest first; each is removed once it is in the archive, so
    /// that no file takes its room twice for long.
    private func pack(_ manifest: ArchiveManifest) throws {
        var output = try OutputFile(path)
        do {
            for name in [ArchiveManifest.path] + manifest.files.map(\.path) {
                let source = folder + "/" + name
                let file = try LocalFile(source, flags: O_RDONLY)
                let byteCount = try file.byteCount()
                try output.write(TarWriter.header(name, byteCount: byteCount, time: manifest.exportedAt))
                while case let piece = try file.read(upTo: 1 << 20), !piece.isEmpty { try output.write(piece) }
                try output.write(TarWriter.padding(after: byteCount))
                try LocalFile.remove(source)
            }
            try output.write(TarWriter.end)
            try output.finish()
        } catch {
            try output.discard()
            throw error
        }
    }
}
