import EventLog
import LMDB
import StoreTesting
import TestSupport
import Testing
import Tracking
import Transparency

@Suite("The tiles of the tree")
struct TreeTilesTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private static let leaves = (0..<70_000).map { TreeHash.leaf(Array("leaf \($0)".utf8)) }

    /// The root by the definition of RFC 9162, section 2.1.1.
    private static func root(_ leaves: ArraySlice<TreeHash>) -> TreeHash {
        guard leaves.count > 1 else { return leaves.first ?? .empty }
        var left = 1
        while left * 2 < leaves.count { left *= 2 }
        let middle = leaves.startIndex + left
        return .node(root(leaves[..<middle]), root(leaves[middle...]))
    }

    private func open(_ name: String = "tree") throws -> TreeTiles {
        var options = TreeTiles.options
        options.mapByteCount = 1 << 28
        return try TreeTiles(folder: folder.path + "/" + name, options: options)
    }

    /// The bytes of all tiles that a tree of `size` leaves has.
    private static func bytes(_ tiles: TreeTiles, _ size: UInt64) throws -> [Tile: [UInt8]?] {
        var bytes: [Tile: [UInt8]?] = [:]
        for tile in Tile.tiles(ofTreeOf: size) { bytes[tile] = try tiles.bytes(of: tile) }
        return bytes
    }

    @Test(
        "lead to the root of every size that they have gone through", arguments: [1, 255, 256, 257, 511, 600, 65_537])
    func roots(size: Int) throws {
        let tiles = try open()
        try tiles.append(Array(Self.leaves[..<size]), after: 0)
        #expect(tiles.size == UInt64(size))
        for earlier in [1, 2, 255, 256, 257, 512, size - 1, size] where (0...size).contains(earlier) {
            #expect(try tiles.root(ofTreeOf: UInt64(earlier)) == Self.root(Self.leaves[..<earlier]))
        }
    }

    @Test("are the same wherever the leaves are split")
    func splits() throws {
        let size = 600
        let whole = try open("whole")
        try whole.append(Array(Self.leaves[..<size]), after: 0)
        let expected = try Self.bytes(whole, UInt64(size))
        #expect(expected.count == 4)
        let tiles = try open()
        for split in [1, 2, 100, 254, 255, 256, 257, 258, 511, 512, 513, 599] {
            try tiles.clear()
            try tiles.append(Array(Self.leaves[..<split]), after: 0)
            try tiles.append(Array(Self.leaves[split..<size]), after: UInt64(split))
            #expect(try Self.bytes(tiles, UInt64(size)) == expected, "split at \(split)")
        }
    }

    @Test("go on where they were when they are opened again, and take no leaves twice")
    func reopened() throws {
        func append(_ range: Range<Int>) throws -> UInt64 {
            let tiles = try open()
            try tiles.append(Array(Self.leaves[range]), after: UInt64(range.lowerBound))
            return tiles.size
        }
        #expect(try append(0..<300) == 300)
        #expect(try append(290..<310) == 300)
        #expect(try append(300..<520) == 520)
        #expect(try open().root(ofTreeOf: 520) == Self.root(Self.leaves[..<520]))
    }

    @Test("a partial tile is the beginning of every wider one")
    func partial() throws {
        let tiles = try open()
        try tiles.append(Array(Self.leaves[..<300]), after: 0)
        let full = try #require(try tiles.bytes(of: Tile(.hashes(level: 0), index: 0)))
        #expect(full.count == 256 * 32)
        for width in [1, 7, 255] {
            #expect(
                try tiles.bytes(of: Tile(.hashes(level: 0), index: 0, width: width)) == Array(full.prefix(32 * width)))
        }
        #expect(try tiles.bytes(of: Tile(.hashes(level: 0), index: 1, width: 44))?.count == 44 * 32)
        #expect(try tiles.bytes(of: Tile(.hashes(level: 0), index: 1, width: 45)) == nil)
        #expect(try tiles.bytes(of: Tile(.hashes(level: 0), index: 2, width: 1)) == nil)
        #expect(try tiles.bytes(of: Tile(.hashes(level: 1), index: 0, width: 1))?.count == 32)
    }

    @Test("prove every leaf, and that each size continues each earlier one")
    func proofs() throws {
        let size: UInt64 = 530
        let tiles = try open()
        try tiles.append(Array(Self.leaves[..<Int(size)]), after: 0)
        func head(_ size: UInt64) -> TreeHead { TreeHead(size: size, root: Self.root(Self.leaves[..<Int(size)])) }
        for end in [size, 513, 512, 300, 256, 3] {
            for index in stride(from: 0, to: end, by: 29) {
                let proof = try InclusionProof(of: index, inTreeOf: end, from: tiles)
                try proof.verify(Self.leaves[Int(index)], in: head(end))
            }
            for old in stride(from: 0, through: end, by: 61) {
                try ConsistencyProof(from: old, to: end, reader: tiles).verify(from: head(old), to: head(end))
            }
        }
        #expect(throws: StorageError.self) { try InclusionProof(of: 0, inTreeOf: size + 1, from: tiles) }
    }

    /// A log of `count` events.
    private func log(of count: Int) async throws -> InMemoryEventStore {
        let store = InMemoryEventStore()
        for number in 0..<count {
            _ = try await store.append(
                .of(["\(number)"], to: StreamID(.session, "sess_a"), as: "\(number)"))
        }
        return store
    }

    @Test("are completed from the headers of the log, up to the root of its tree")
    func completed() async throws {
        let store = try await log(of: 600)
        let projection = TileProjection(try open(), of: store, readers: ReaderPool())
        let head = try await store.treeHead(isCurrent: true)
        try await projection.ensure(head)
        #expect(projection.tiles.size == 600)
        #expect(try projection.tiles.root(ofTreeOf: 600) == head.root)
    }

    @Test("are made of what the store of a server has in its database, with salts and payloads beside it")
    func server() async throws {
        let directory = try DataDirectory(path: folder.path + "/data", address: "a test")
        defer { directory.unlock() }
        let store = try LMDBEventStore(in: directory, options: .forTests)
        for number in 0..<300 {
            _ = try await store.append(.of(["\(number)"], to: StreamID(.session, "sess_a"), as: "\(number)"))
        }
        let head = try await store.treeHead(isCurrent: true)
        #expect(head.size == 300)
        #expect(try await store.treeHead(isCurrent: false) == head)
        let projection = TileProjection(try open(), of: store, readers: ReaderPool())
        try await projection.catchUp(to: head)
        #expect(try projection.tiles.root(ofTreeOf: 300) == head.root)
        #expect(try await store.headers(after: LogPosition(290), limit: 100).count == 10)
        #expect(try await store.headers(after: LogPosition(300), limit: 100).isEmpty)
        #expect(try await store.headers(after: .start, limit: 7).count == 7)
        let positions = [LogPosition(1), LogPosition(300)]
        let records = try await store.leafRecords(at: positions)
        #expect(records.map(\.position) == positions)
        for record in records {
            let content = try #require(record.content)
            #expect(Digest(hashing: content.salt + content.payload) == record.payloadDigest)
            let proof = try InclusionProof(
                of: record.position.rawValue - 1, inTreeOf: 300, from: projection.tiles)
            try proof.verify(record.leaf, in: head)
        }
        await #expect(throws: StorageError.self) { try await store.leafRecords(at: [LogPosition(301)]) }
        await store.close()
    }

    @Test("are computed again when they do not lead to the root, and when they have more leaves than the log")
    func wrong() async throws {
        let store = try await log(of: 300)
        let head = try await store.treeHead(isCurrent: true)
        for count in [100, 300, 400] {
            let tiles = try open("tree\(count)")
            try tiles.append(Array(Self.leaves[..<count]), after: 0)
            let projection = TileProjection(tiles, of: store, readers: ReaderPool())
            try await projection.catchUp(to: head)
            #expect(tiles.size == 300, "\(count) wrong leaves")
            #expect(try tiles.root(ofTreeOf: 300) == head.root)
        }
    }

    @Test("with too much missing for a moment's wait, an answer is refused with how far they are")
    func incomplete() async throws {
        let projection = TileProjection(try open(), of: try await log(of: 3), readers: ReaderPool())
        await #expect(throws: TileProjection.Incomplete(size: 0, end: 1_000_000)) {
            try await projection.ensure(TreeHead(size: 1_000_000, root: .empty))
        }
    }
}
