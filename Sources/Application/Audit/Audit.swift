package import EventLog
package import Tracking
package import Transparency

/// The tree over the log, as others are told of it: tree heads, proofs, keys, and the log as tiles.
package struct Audit: Sendable {
    package let signer: TreeSigner
    package let projection: TileProjection
    private let store: any EventStore

    package init(store: any EventStore, projection: TileProjection, signer: TreeSigner) {
        self.store = store
        self.projection = projection
        self.signer = signer
    }

    /// A proof that a record is in the tree, with the record's hash.
    package struct Inclusion: Sendable {
        package let proof: InclusionProof
        package let leaf: TreeHash
    }

    /// A record with its proof.
    package struct ProvenRecord: Sendable {
        package let record: LeafRecord
        package let proof: InclusionProof
    }

    /// A page of records with their proofs.
    package struct Page: Sendable {
        /// The size of the tree in which they are proven.
        package let size: UInt64
        /// The tree head of that size; nil when the size was asked for.
        package let treeHead: SignedTreeHead?
        package let records: [ProvenRecord]
        /// The position after which the next page begins; nil on the last one.
        package let next: LogPosition?
    }

    /// The newest tree head, signed.
    package func treeHead() async throws -> SignedTreeHead { try await signer.treeHead() }

    /// The proof that the tree of `size` records, the current one when nil, has the one at `position`.
    ///
    /// - Throws: `invalid` for positions and sizes that there are not, and ``AuditError``.
    package func inclusion(of position: LogPosition, size: UInt64?) async throws -> Inclusion {
        let size = try await treeSize(size, from: 1, field: "size")
        guard position > .start, position.rawValue <= size else {
            throw TrackerError.invalid(
                field: "position", reason: "must be from 1 to \(size), the size of the tree, not \(position)")
        }
        let index = position.rawValue - 1
        return try await projection.withTiles {
            Inclusion(
                proof: try InclusionProof(of: index, inTreeOf: size, from: $0),
                leaf: try $0.hashes(of: [TreeNode(level: 0, index: index)])[0])
        }
    }

    /// The proof that the tree of `new` records, the current one when nil, begins with that of `old`.
    ///
    /// - Throws: `invalid` for sizes that there are not, and ``AuditError``.
    package func consistency(from old: UInt64, to new: UInt64?) async throws -> ConsistencyProof {
        let new = try await treeSize(new, from: 0, field: "to")
        guard old <= new else {
            throw TrackerError.invalid(
                field: "from", reason: "must be from 0 to \(new), the size of the later tree, not \(old)")
        }
        return try await projection.withTiles { try ConsistencyProof(from: old, to: new, reader: $0) }
    }

    /// A page of the records of `streams` after `position`, each with the proof that it is in the tree of `size` records,
    /// the newest signed one when nil.
    ///
    /// - Throws: `invalid` for a size that there is not, and ``AuditError``.
    package func page(
        of streams: [StreamID], after position: LogPosition, limit: ReadLimit, size asked: UInt64?
    ) async throws -> Page {
        let treeHead = asked == nil ? try await treeHead() : nil
        let size = try await treeSize(asked ?? treeHead?.head.size, from: 0, field: "size")
        let end = LogPosition(size)
        var (positions, through) = ([LogPosition](), position)
        while positions.isEmpty, through < end {
            let batch = try await store.events(after: through, limit: limit, matching: .streams(Set(streams)))
            positions = batch.events.map(\.position).filter { $0 <= end }
            through = positions.count < batch.events.count ? end : batch.through
        }
        let records = try await store.leafRecords(at: positions)
        let plans = try records.map { try ProofPlan.inclusion(of: $0.position.rawValue - 1, inTreeOf: size) }
        let hashes = try await projection.withTiles { try $0.hashes(of: plans.flatMap(\.nodes)) }
        var start = 0
        let proven = zip(records, plans).map { record, plan in
            defer { start += plan.nodes.count }
            return ProvenRecord(
                record: record,
                proof: InclusionProof(
                    index: record.position.rawValue - 1, size: size,
                    hashes: plan.hashes(from: Array(hashes[start..<start + plan.nodes.count]))))
        }
        return Page(size: size, treeHead: treeHead, records: proven, next: through < end ? through : nil)
    }

    /// The log's public keys.
    package func keys() async throws -> LogKeys { try await signer.keys() }

    /// The tree head as a file: the newest one that a witness has cosigned, and without witnesses the newest one.
    package func checkpoint() async throws -> [UInt8] { try await signer.published().note.encoded }

    /// The bytes of the tile at `path`, which begins with `tile/`.
    ///
    /// - Throws: `invalid` for what is no tile, `unknown` for one that the tree does not have, and ``AuditError``.
    package func tile(at path: String) async throws -> [UInt8] {
        let tile: Tile
        do throws(TileError) {
            tile = try Tile(path: path)
        } catch {
            let words = error.description
            throw TrackerError.invalid(
                field: "path",
                reason:
                    "must name a tile, as 0/x001/067 or entries/000.p/7 do: \(words.last == "." ? String(words.dropLast()) : words)"
            )
        }
        let head = try await currentHead()
        guard let there = Tile(tile.content, index: tile.index, inTreeOf: head.size), there.width >= tile.width else {
            throw TrackerError.unknown(.tile, path)
        }
        guard case .entries = tile.content else {
            try await projection.complete(to: head)
            guard let bytes = try await projection.withTiles({ try $0.bytes(of: tile) }) else {
                throw TrackerError.unknown(.tile, path)
            }
            return bytes
        }
        let first = tile.index * UInt64(Tile.fullWidth)
        let headers = try await store.headers(after: LogPosition(first), limit: tile.width)
        guard headers.count == tile.width else { throw TrackerError.unknown(.tile, path) }
        return try EntryBundle(headers).encoded()
    }

    /// The tree head that proofs refer to by default: the newest signed one, or the log's own when nothing can be signed.
    private func currentHead() async throws -> TreeHead {
        do {
            return try await signer.treeHead().head
        } catch is AuditError {
            return try await store.treeHead(isCurrent: true)
        }
    }

    /// The size that is asked for, once the tiles have so many records.
    private func treeSize(_ size: UInt64?, from least: UInt64, field: String) async throws -> UInt64 {
        let head = try await head(covering: size)
        let asked = size ?? head.size
        guard asked >= least, asked <= max(least, head.size) else {
            throw TrackerError.invalid(
                field: field, reason: "must be from \(least) to \(head.size), the size of the tree, not \(asked)")
        }
        try await projection.complete(to: head)
        return asked
    }

    /// The head of a tree of at least `size` records, where there are so many; the current one when nil.
    private func head(covering size: UInt64?) async throws -> TreeHead {
        guard let size else { return try await currentHead() }
        let written = try await store.treeHead(isCurrent: false)
        guard size > written.size else { return written }
        return try await store.treeHead(isCurrent: true)
    }
}
