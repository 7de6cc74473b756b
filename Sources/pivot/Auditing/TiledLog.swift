import API
import Foundation
import Text
import TrackingClient
package import Transparency

/// A log as C2SP tlog-tiles publishes it: nothing that it gives is trusted.
package protocol TiledLog: Sendable {
    /// The note of the newest tree head.
    func treeHead() async throws -> [UInt8]

    /// The bytes of `tile`.
    func bytes(of tile: Tile) async throws -> [UInt8]
}

/// The log of a server.
struct ServerLog: TiledLog {
    let client: APIClient

    // The file `checkpoint` may be an older one, which a witness has cosigned.
    func treeHead() async throws -> [UInt8] { Array(try await client.treeHead().note.utf8) }

    func bytes(of tile: Tile) async throws -> [UInt8] {
        try await client.logTile(String(tile.path.dropFirst("tile/".count)))
    }
}

/// The log in a folder that `pivot audit export --log` or a mirror wrote.
package struct FolderLog: TiledLog, TileSource {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    /// The most bytes of a file: 256 entries of 64 KiB, each after its length.
    private static let maximumByteCount = 256 * (2 + 65_535)

    package func treeHead() throws -> [UInt8] { try read(TiledLogFile.treeHead.path) }

    package func bytes(of tile: Tile) throws -> [UInt8] {
        let found = try bytesIfPresent(of: tile)
        guard let found else { throw AuditFault("\(path) has no file \(tile.path).") }
        return found
    }

    package func bytes(of tiles: [Tile]) throws -> [[UInt8]] {
        try tiles.map { tile -> [UInt8] in try self.bytes(of: tile) }
    }

    /// The bytes of `tile`; a partial one is also the beginning of a wider one. Nil when neither is there.
    private func bytesIfPresent(of tile: Tile) throws -> [UInt8]? {
        if FileManager.default.fileExists(atPath: path + "/" + tile.path) { return try read(tile.path) }
        guard !tile.isFull else { return nil }
        let full = Tile(tile.content, index: tile.index)
        guard FileManager.default.fileExists(atPath: path + "/" + full.path) else { return nil }
        let bytes = try read(full.path)
        switch tile.content {
        case .hashes: return Array(bytes.prefix(tile.width * TreeHash.byteCount))
        case .entries:
            let entries = try EntryBundle(encoded: bytes, of: full).entries
            return try EntryBundle(Array(entries.prefix(tile.width))).encoded()
        }
    }

    private func read(_ name: String) throws -> [UInt8] {
        do throws(RegularFile.Fault) {
            return try RegularFile.contents(of: path + "/" + name, upTo: FolderLog.maximumByteCount)
        } catch {
            throw AuditFault("\(path)/\(name) \(error).")
        }
    }
}
