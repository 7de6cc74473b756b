/// The entries of a tile, each after its length as a big-endian integer of 16 bits (C2SP tlog-tiles).
package struct EntryBundle: Hashable, Sendable {
    package let entries: [[UInt8]]

    package init(_ entries: [[UInt8]]) {
        self.entries = entries
    }

    /// The bundle as bytes.
    ///
    /// - Throws: `entryTooLong`.
    package func encoded() throws(TileError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.reduce(0) { $0 + 2 + $1.count })
        for (index, entry) in entries.enumerated() {
            guard let length = UInt16(exactly: entry.count) else {
                throw .entryTooLong(index: index, byteCount: entry.count)
            }
            bytes.append(UInt8(length >> 8))
            bytes.append(UInt8(length & 255))
            bytes += entry
        }
        return bytes
    }

    /// The entries of `tile`, which `bytes` hold and nothing else. They are the log's once ``verify(against:at:)`` says
    /// so.
    package init(encoded bytes: [UInt8], of tile: Tile) throws(TileError) {
        var entries: [[UInt8]] = []
        var rest = bytes[...]
        for entry in 0..<tile.width {
            guard rest.count >= 2 else { throw .bundleCutShort(tile, entry: entry) }
            let length = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
            guard rest.count >= length else { throw .bundleCutShort(tile, entry: entry) }
            entries.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        guard rest.isEmpty else { throw .bundleTooLong(tile, byteCount: rest.count) }
        self.entries = entries
    }

    /// Returns when the entries of `tile` have the hashes `leaves`, which are those of the tile of level 0 beside it.
    package func verify(against leaves: [TreeHash], at tile: Tile) throws(TileError) {
        guard leaves.count == entries.count else { throw .tileCount(entries.count, expected: leaves.count) }
        for (index, entry) in entries.enumerated() where TreeHash.leaf(entry) != leaves[index] {
            throw .entryDiffers(tile, entry: index)
        }
    }
}
