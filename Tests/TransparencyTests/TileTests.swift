import TestSupport
import Testing
import Transparency

@Suite("Tiles")
struct TileTests {
    static let count = 70_000
    static let tree = StoredTree(count: count)
    static let sizes = [1, 2, 255, 256, 257, 511, 512, 1000, 65_535, 65_536, 65_537, 65_792, 69_999, 70_000]

    private func refusal(_ path: String) -> TileError? {
        do throws(TileError) {
            _ = try TiledLogFile(path: path)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "a tile has the path of the specification, and is read from it",
        arguments: [
            (Tile(.hashes(level: 0), index: 0), "tile/0/000"),
            (Tile(.hashes(level: 3), index: 1_234_067), "tile/3/x001/x234/067"),
            (Tile(.hashes(level: 0), index: 273, width: 112), "tile/0/273.p/112"),
            (Tile(.hashes(level: 1), index: 1000, width: 1), "tile/1/x001/000.p/1"),
            (Tile(.entries, index: 12, width: 255), "tile/entries/012.p/255"),
            (Tile(.entries, index: 123_456_789), "tile/entries/x123/x456/789"),
            (Tile(.hashes(level: 0), index: .max >> 8), "tile/0/x072/x057/x594/x037/x927/935"),
        ])
    func paths(tile: Tile, path: String) throws {
        #expect(tile.path == path)
        #expect(try TiledLogFile(path: path) == .tile(tile))
    }

    @Test("the signed tree head has the path of the specification")
    func treeHeadPath() throws {
        #expect(TiledLogFile.treeHead.path == "checkpoint")
        #expect(try TiledLogFile(path: "checkpoint") == .treeHead)
    }

    @Test(
        "any other spelling is refused for the part that is wrong",
        arguments: [
            ("", .noTile), ("tile", .noTile), ("tile/0", .noTile), ("/tile/0/000", .noTile), ("tiles/0/000", .noTile),
            ("tile/00/000", .level), ("tile/-1/000", .level), ("tile/8/000", .level), ("tile/data/000", .level),
            ("tile//000", .level), ("tile/0/", .index), ("tile/0/0", .index), ("tile/0/0000", .index),
            ("tile/0/x000/000", .index), ("tile/0/001/000", .index), ("tile/0/x001/x000", .index),
            ("tile/0/00a", .index), ("tile/0/+01", .index), ("tile/0/000/", .index), ("tile/0/..", .index),
            ("tile/0/x072/x057/x594/x037/x927/936", .index), ("tile/0/x999/x999/x999/x999/x999/x999/999", .index),
            ("tile/7/001", .index), ("tile/0/000.p/0", .width), ("tile/0/000.p/256", .width),
            ("tile/0/000.p/01", .width), ("tile/0/000.p/", .width), ("tile/0/000.p/-1", .width),
            ("tile/0/000.p", .index), ("tile/0/.p/1", .index),
        ] as [(String, TileError.PathFault)])
    func otherPaths(path: String, fault: TileError.PathFault) {
        #expect(refusal(path) == .path(path, fault))
    }

    @Test("a path is spelled out again, or refused, whatever its characters", arguments: 0..<4 as Range<UInt64>)
    func randomPaths(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "tile", "/", "entries", "0", "1", "7", "12", "000", "001", "x001", "x", ".p", "255", "checkpoint",
        ]
        for _ in 0..<20_000 {
            let path =
                "tile/"
                + (0..<Int.random(in: 1...7, using: &random)).map { _ in
                    pieces.randomElement(using: &random) ?? ""
                }.joined()
            if refusal(path) == nil { #expect(try TiledLogFile(path: path).path == path) }
        }
    }

    @Test("a tree of 70,000 leaves has the tiles of the specification's example")
    func example() {
        let tiles = Tile.tiles(ofTreeOf: 70_000)
        #expect(tiles.filter { $0.content == .hashes(level: 0) }.count == 274)
        #expect(
            tiles.filter { !$0.isFull }.map(\.path) == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"])
        #expect(tiles.filter { $0.content == .hashes(level: 1) }.map(\.path) == ["tile/1/000", "tile/1/001.p/17"])
        #expect(Tile.tiles(ofTreeOf: 256).map(\.path) == ["tile/0/000", "tile/1/000.p/1"])
        #expect(Tile.tiles(ofTreeOf: 0).isEmpty && Tile.bundles(ofTreeOf: 0).isEmpty)
        #expect(Tile.bundles(ofTreeOf: 300).map(\.path) == ["tile/entries/000", "tile/entries/001.p/44"])
    }

    @Test("what is published step by step is all that a tree has", arguments: 0..<3 as Range<UInt64>)
    func growth(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var published: Set<Tile> = []
        var size: UInt64 = 0
        while size < 70_000 {
            let next = size + UInt64.random(in: 1...3000, using: &random)
            let tiles = Tile.tiles(ofTreeOf: next, after: size)
            // Each is new, or wider than it was.
            #expect(published.isDisjoint(with: tiles))
            published.formUnion(tiles)
            size = next
            #expect(published.isSuperset(of: Tile.tiles(ofTreeOf: size)))
        }
    }

    @Test("proofs through tiles are the proofs of the tree", arguments: sizes)
    func proofs(size: Int) throws {
        let head = try Self.tree.head(size)
        let reader = TiledHashReader(head, source: try MemoryTiles(of: Self.tree, size: UInt64(size)))
        for index in Set([0, 1, 255, 256, size / 2, size - 1]) where index < size {
            let proof = try InclusionProof(of: UInt64(index), inTreeOf: head.size, from: reader)
            #expect(try proof == Self.tree.inclusion(of: index, in: size))
            try proof.verify(StoredTree.leaf(index), in: head)
        }
        for old in Set([1, 2, 255, 256, 257, size / 2, size - 1, size]) where old > 0 && old <= size {
            let proof = try ConsistencyProof(from: UInt64(old), to: head.size, reader: reader)
            #expect(try proof == Self.tree.consistency(from: old, to: size))
        }
        let frontier = try Frontier(ofTreeOf: head.size, from: reader)
        #expect(frontier.head == head)
    }

    @Test("no node of the tree is answered wrongly, and none that it does not have")
    func nodes() throws {
        let size: UInt64 = 70_000
        let reader = TiledHashReader(Self.tree.frontier.head, source: try MemoryTiles(of: Self.tree, size: size))
        for level in 0..<64 {
            let count = size >> UInt64(level)
            for index in Set([0, count / 2, count &- 1]) where index < count {
                let node = TreeNode(level: level, index: index)
                #expect(try reader.hashes(of: [node]) == Self.tree.hashes(of: [node]))
            }
            let beyond = TreeNode(level: level, index: count)
            #expect(throws: TileError.nodeBeyondTree(beyond, size: size)) { try reader.hashes(of: [beyond]) }
        }
    }

    @Test("no flipped bit of any tile that is read goes through", arguments: [300, 70_000])
    func flippedBits(size: Int) throws {
        let head = try Self.tree.head(size)
        let honest = try MemoryTiles(of: Self.tree, size: UInt64(size))
        let node = TreeNode(level: 0, index: 5)
        let needed =
            ["tile/0/000"] + honest.files.keys.filter { $0.contains(".p") } + (size > 65_536 ? ["tile/1/000"] : [])
        for path in needed {
            let byteCount = try #require(honest.files[path]).count
            for place in stride(from: 0, to: byteCount, by: 37) {
                var tiles = honest
                tiles.files[path]?[place] ^= 4
                let reader = TiledHashReader(head, source: tiles)
                #expect(throws: TileError.self) { try reader.hashes(of: [node]) }
            }
        }
    }

    @Test("each way in which tiles are wrong has its message")
    func wrongTiles() throws {
        let head = Self.tree.frontier.head
        let honest = try MemoryTiles(of: Self.tree, size: head.size)
        func refusal(_ change: (inout MemoryTiles) throws -> Void, head: TreeHead = head) rethrows -> String? {
            var tiles = honest
            try change(&tiles)
            do {
                _ = try TiledHashReader(head, source: tiles).hashes(of: [TreeNode(level: 0, index: 5)])
                return nil
            } catch let error as TileError {
                return error.description
            } catch {
                return "\(error)"
            }
        }
        #expect(refusal { _ in } == nil)
        #expect(
            refusal { $0.files["tile/0/000"]?.removeLast() }
                == "The tile tile/0/000 has 8191 bytes; its 256 hashes take 8192.")
        #expect(refusal { $0.files["tile/0/000"] = nil } == "\(MemoryTiles.Missing(path: "tile/0/000"))")
        #expect(
            refusal { $0.files["tile/0/000"] = $0.files["tile/0/001"] }?
                .hasPrefix("The tile tile/0/000 leads to ") == true)
        let other = try MemoryTiles(of: StoredTree(count: 70_000, seed: 1), size: head.size)
        let edge = "tile/2/000.p/1, tile/1/001.p/17, tile/0/273.p/112"
        #expect(refusal { $0 = other }?.hasPrefix("The tiles \(edge) lead to the root ") == true)
        #expect(refusal({ _ in }, head: TreeHead(size: 70_000, root: .empty))?.hasPrefix("The tiles \(edge)") == true)
    }

    @Test("entries are bundled as the specification says, and only the log's own are taken")
    func bundles() throws {
        let entries = (0..<5).map { StoredTree.content($0) } + [[]]
        let tile = Tile(.entries, index: 0, width: 6)
        let bytes = try EntryBundle(entries).encoded()
        #expect(Array(bytes.prefix(2)) == [0, UInt8(entries[0].count)])
        let bundle = try EntryBundle(encoded: bytes, of: tile)
        #expect(bundle.entries == entries)
        try bundle.verify(against: entries.map { .leaf($0) }, at: tile)
        var changed = entries
        changed[3] = [1]
        #expect(throws: TileError.entryDiffers(tile, entry: 3)) {
            try EntryBundle(changed).verify(against: entries.map { .leaf($0) }, at: tile)
        }
        #expect(throws: TileError.bundleCutShort(tile, entry: 5)) {
            try EntryBundle(encoded: bytes.dropLast(), of: tile)
        }
        #expect(throws: TileError.bundleTooLong(tile, byteCount: 1)) { try EntryBundle(encoded: bytes + [0], of: tile) }
        let long = [UInt8](repeating: 0, count: 65_536)
        #expect(throws: TileError.entryTooLong(index: 1, byteCount: 65_536)) { try EntryBundle([[], long]).encoded() }
        let longest = EntryBundle([Array(long.dropLast())])
        let one = Tile(.entries, index: 0, width: 1)
        #expect(try EntryBundle(encoded: longest.encoded(), of: one) == longest)
    }

    @Test(
        "the tiles that are made while leaves come by are those of the tree", arguments: [0, 1, 255, 256, 257, 66_000])
    func building(count: Int) throws {
        var builder = TileBuilder()
        var made = MemoryTiles()
        for index in 0..<count {
            builder.append(StoredTree.leaf(index)) { made.files[$0.tile.path] = $0.encoded }
        }
        for tile in builder.partial { made.files[tile.tile.path] = tile.encoded }
        #expect(builder.size == UInt64(count))
        #expect(made.files == (try MemoryTiles(of: Self.tree, size: UInt64(count)).files))
    }
}
