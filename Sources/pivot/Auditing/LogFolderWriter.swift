import Foundation
import TrackingClient
import Transparency

/// Writes a log as files that any file server can publish (C2SP tlog-tiles).
///
/// The tiles come first and the tree head last, each file under its name only when it is whole and on disk: whoever reads
/// meanwhile, or after a crash, finds every tile of the tree head that is there.
struct LogFolderWriter {
    let path: String

    /// - Throws: `CommandFailure` when the folder has files that are no log's.
    init(_ path: String) throws {
        self.path = path
        let manager = FileManager.default
        var isFolder: ObjCBool = false
        if manager.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else {
                throw CommandFailure(.usage, "\(path) is a file. Name a folder with --log.")
            }
            let names = Set(try manager.contentsOfDirectory(atPath: path))
            guard names.isEmpty || names.isSubset(of: ["checkpoint", "tile", "checkpoint.part"]) else {
                throw CommandFailure(.usage, "\(path) has files that are no log's. Name another folder with --log.")
            }
        }
    }

    /// True when the file of a full tile is there, which never changes.
    func has(_ tile: Tile) -> Bool { tile.isFull && FileManager.default.fileExists(atPath: file(tile.path)) }

    /// Returns once the tile's file is on disk. A full tile replaces the partial ones that led to it.
    func write(_ tile: Tile, _ bytes: [UInt8]) throws {
        guard !has(tile) else { return }
        try write(tile.path, bytes)
        let partial = file(tile.path) + ".p"
        if tile.isFull, FileManager.default.fileExists(atPath: partial) {
            try FileManager.default.removeItem(atPath: partial)
        }
    }

    /// Returns once the tree head's file is on disk, after all of its tiles.
    func write(_ treeHead: Note) throws { try write(TiledLogFile.treeHead.path, treeHead.encoded) }

    private func file(_ name: String) -> String { path + "/" + name }

    private func write(_ name: String, _ bytes: [UInt8]) throws {
        let target = file(name)
        let folder = (target as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var output = try OutputFile(target)
        do {
            try output.write(bytes)
            try output.finish()
        } catch {
            try output.discard()
            throw error
        }
    }
}

/// A log of which some tiles are in a folder already: they are read from there.
struct MirroredLog: TiledLog {
    let source: any TiledLog
    let folder: LogFolderWriter

    func treeHead() async throws -> [UInt8] { try await source.treeHead() }

    func bytes(of tile: Tile) async throws -> [UInt8] {
        folder.has(tile) ? try FolderLog(folder.path).bytes(of: tile) : try await source.bytes(of: tile)
    }
}
