import TestSupport
import Testing
import Transparency

/// Proofs that were cut, changed, or taken from elsewhere. Each is refused for what is wrong with it.
@Suite("Proofs that prove nothing")
struct HostileProofTests {
    static let tree = StoredTree(count: 100)
    static let other = StoredTree(count: 100, seed: 1)

    /// The message with which `proof` is refused for leaf 37 of 100; nil when it holds.
    private func refusal(_ proof: InclusionProof, leaf: Int = 37, head: TreeHead? = nil) throws -> String? {
        do throws(ProofError) {
            try proof.verify(StoredTree.leaf(leaf), in: try Self.require(head ?? Self.tree.frontier.head))
            return nil
        } catch {
            return error.description
        }
    }

    private static func require(_ head: TreeHead) throws(ProofError) -> TreeHead { head }

    private func refusal(_ proof: ConsistencyProof, _ old: TreeHead, _ new: TreeHead) -> String? {
        do throws(ProofError) {
            try proof.verify(from: old, to: new)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("a proof of inclusion that was cut, prolonged or is for another place is named so")
    func inclusion() throws {
        let proof = try Self.tree.inclusion(of: 37, in: 100)
        func with(_ hashes: [TreeHash], index: UInt64 = 37, size: UInt64 = 100) -> InclusionProof {
            InclusionProof(index: index, size: size, hashes: hashes)
        }
        #expect(try refusal(proof) == nil)
        #expect(try refusal(with(proof.hashes.dropLast())) == "The proof has 6 hashes; for these sizes it has 7.")
        #expect(
            try refusal(with(Array(proof.hashes.dropFirst()))) == "The proof has 6 hashes; for these sizes it has 7.")
        #expect(
            try refusal(with(proof.hashes + [.empty])) == "The proof has 8 hashes; for these sizes it has 7.")
        #expect(try refusal(with([])) == "The proof has 0 hashes; for these sizes it has 7.")
        #expect(
            try refusal(with(proof.hashes, index: 100))
                == "The tree has 100 leaves, so there is none with index 100.")
        #expect(
            try refusal(with(proof.hashes, size: 101))
                == "The proof is for a tree of 101 leaves, and the tree head is of size 100.")
        let expected = Self.tree.frontier.root
        for wrong in [
            with(proof.hashes.reversed()), with(proof.hashes, index: 36),
            with(try Self.other.inclusion(of: 37, in: 100).hashes),
        ] {
            let computed = try wrong.root(of: StoredTree.leaf(37))
            #expect(
                try refusal(wrong)
                    == "The leaf and its proof lead to the root \(computed); the tree head's is \(expected).")
        }
        #expect(try refusal(proof, leaf: 38) != nil)
        #expect(try refusal(proof, head: Self.other.frontier.head) != nil)
    }

    @Test("no single bit of a proof of inclusion can be changed")
    func bitsOfInclusion() throws {
        let proof = try Self.tree.inclusion(of: 37, in: 100)
        for place in proof.hashes.indices {
            for bit in 0..<256 {
                var hashes = proof.hashes
                hashes[place] = try hashes[place].flipped(bit)
                #expect(throws: ProofError.self) {
                    try InclusionProof(index: 37, size: 100, hashes: hashes)
                        .verify(StoredTree.leaf(37), in: Self.tree.frontier.head)
                }
            }
        }
    }

    @Test("a proof of consistency that was cut, prolonged or is for other sizes is named so")
    func consistency() throws {
        let (old, new) = (try Self.tree.head(37), Self.tree.frontier.head)
        let proof = try Self.tree.consistency(from: 37, to: 100)
        func with(_ hashes: [TreeHash], _ old: UInt64 = 37, _ new: UInt64 = 100) -> ConsistencyProof {
            ConsistencyProof(from: old, to: new, hashes: hashes)
        }
        #expect(refusal(proof, old, new) == nil)
        let count = proof.hashes.count
        #expect(
            refusal(with(proof.hashes.dropLast()), old, new)
                == "The proof has \(count - 1) hashes; for these sizes it has \(count).")
        #expect(
            refusal(with(proof.hashes + [.empty]), old, new)
                == "The proof has \(count + 1) hashes; for these sizes it has \(count).")
        #expect(
            refusal(with([]), old, new) == "The proof has 0 hashes; for these sizes it has \(count).")
        #expect(
            refusal(with(proof.hashes, 36), old, new)
                == "The proof is for a tree of 36 leaves, and the tree head is of size 37.")
        #expect(
            refusal(with(proof.hashes, 37, 99), old, new)
                == "The proof is for a tree of 99 leaves, and the tree head is of size 100.")
        #expect(
            refusal(with(proof.hashes, 100, 37), new, old)
                == "The earlier tree has 100 leaves and the later one 37; the later one cannot be smaller.")
        #expect(
            refusal(with(proof.hashes.reversed()), old, new)?.hasPrefix("The proof leads to ") == true)
        #expect(
            refusal(with(try Self.other.consistency(from: 37, to: 100).hashes), old, new)?
                .hasSuffix("it belongs to other trees, or was changed.") == true)
    }

    @Test("a tree that was changed in its past, or after it, does not continue the earlier one")
    func rewritten() throws {
        let leaves = (0..<100).map { $0 == 90 ? StoredTree.leaf(0, seed: 2) : StoredTree.leaf($0) }
        let changed = StoredTree(leaves)
        let old = try Self.tree.head(37)
        // Its first 37 leaves are the same, so it continues them; but not the 95 that were seen.
        #expect(refusal(try changed.consistency(from: 37, to: 100), old, changed.frontier.head) == nil)
        let seen = try Self.tree.head(95)
        let proof = try changed.consistency(from: 95, to: 100)
        #expect(refusal(proof, seen, changed.frontier.head)?.hasPrefix("The proof leads to ") == true)
        // An honest proof of the tree that was seen does not help either.
        let honest = try Self.tree.consistency(from: 95, to: 100)
        #expect(
            refusal(honest, seen, changed.frontier.head)
                == "The proof leads from the earlier root to \(Self.tree.frontier.root), and the later root is "
                + "\(changed.frontier.root): the later tree does not continue the earlier one.")
    }

    @Test("two roots for one size are named as two histories")
    func splitView() throws {
        let (one, two) = (Self.tree.frontier.head, Self.other.frontier.head)
        let none = ConsistencyProof(from: 100, to: 100, hashes: [])
        #expect(refusal(none, one, one) == nil)
        #expect(
            refusal(none, one, two)
                == "Two tree heads of size 100 have different roots, \(one.root) and \(two.root): the log has shown "
                + "two histories.")
        #expect(
            refusal(ConsistencyProof(from: 100, to: 100, hashes: [.empty]), one, one)
                == "The proof has 1 hashes; for these sizes it has 0.")
    }

    @Test("the empty tree has one root, and needs no proof")
    func empty() throws {
        let head = Self.tree.frontier.head
        #expect(refusal(ConsistencyProof(from: 0, to: 100, hashes: []), .empty, head) == nil)
        #expect(
            refusal(ConsistencyProof(from: 0, to: 100, hashes: [.empty]), .empty, head)
                == "The proof has 1 hashes; for these sizes it has 0.")
        let wrong = TreeHead(size: 0, root: head.root)
        #expect(
            refusal(ConsistencyProof(from: 0, to: 100, hashes: []), wrong, head)
                == "The root of a tree without leaves is \(TreeHash.empty), not \(head.root).")
        #expect(
            refusal(ConsistencyProof(from: 0, to: 0, hashes: []), .empty, wrong)
                == "The root of a tree without leaves is \(TreeHash.empty), not \(head.root).")
        #expect(throws: ProofError.indexBeyondSize(index: 0, size: 0)) {
            try InclusionProof(index: 0, size: 0, hashes: []).verify(.empty, in: .empty)
        }
    }

    @Test("no single bit of a proof of consistency can be changed")
    func bitsOfConsistency() throws {
        for old in [37, 64] {
            let proof = try Self.tree.consistency(from: old, to: 100)
            for place in proof.hashes.indices {
                for bit in stride(from: 0, to: 256, by: 3) {
                    var hashes = proof.hashes
                    hashes[place] = try hashes[place].flipped(bit)
                    let wrong = ConsistencyProof(from: UInt64(old), to: 100, hashes: hashes)
                    #expect(throws: ProofError.self) {
                        try wrong.verify(from: Self.tree.head(old), to: Self.tree.frontier.head)
                    }
                }
            }
        }
    }

    @Test("what cannot be proven is refused before anything is read")
    func making() throws {
        #expect(throws: ProofError.indexBeyondSize(index: 100, size: 100)) {
            try Self.tree.inclusion(of: 100, in: 100)
        }
        #expect(throws: ProofError.sizesOutOfOrder(old: 6, new: 5)) { try Self.tree.consistency(from: 6, to: 5) }
        #expect(throws: StoredTree.Missing.self) { try Self.tree.inclusion(of: 0, in: 101) }
    }

    @Test("sizes near the end of 64 bits neither trap nor pass")
    func hugeSizes() throws {
        let leaf = StoredTree.leaf(0)
        let counts = [0, 1, 62, 63, 64, 65]
        let sizes: [UInt64] = [.max, 1 << 63, (1 << 63) + 1]
        for size in sizes {
            let indexes: [UInt64] = [0, 1, size - 1, size / 2]
            for index in indexes {
                for count in counts {
                    let proof = InclusionProof(
                        index: index, size: size, hashes: Array(repeating: leaf, count: count))
                    let head = TreeHead(size: size, root: leaf)
                    #expect(throws: ProofError.self) { try proof.verify(leaf, in: head) }
                }
            }
            let olds: [UInt64] = [1, 2, size - 1, size / 2, 1 << 62]
            for old in olds {
                for count in counts {
                    let proof = ConsistencyProof(
                        from: old, to: size, hashes: Array(repeating: leaf, count: count))
                    #expect(throws: ProofError.self) {
                        try proof.verify(
                            from: TreeHead(size: old, root: .empty), to: TreeHead(size: size, root: .empty))
                    }
                }
            }
            #expect(try ProofPlan.inclusion(of: size - 1, inTreeOf: size).nodes.count <= 64)
            #expect(try ProofPlan.consistency(from: size - 1, to: size).nodes.count <= 65)
        }
    }

    @Test("bytes that are not a frontier are named so")
    func frontiers() throws {
        let bytes = Self.tree.frontier.encoded
        func refusal(_ bytes: [UInt8]) -> FrontierError? {
            do throws(FrontierError) {
                _ = try Frontier(encoded: bytes)
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal(bytes) == nil)
        #expect(refusal([]) == .tooShort(byteCount: 0) && refusal([1, 2]) == .tooShort(byteCount: 2))
        #expect(refusal([2] + bytes.dropFirst()) == .unknownVersion(2))
        #expect(refusal(bytes + [0]) == .length(size: 100, byteCount: 106, expected: 105))
        #expect(refusal(bytes.dropLast()) == .length(size: 100, byteCount: 104, expected: 105))
        #expect(
            refusal(bytes.dropLast())?.description
                == "The frontier of a tree of 100 leaves has 105 bytes, and this one has 104.")
    }
}

extension TreeHash {
    /// The hash with one bit changed.
    func flipped(_ bit: Int) throws -> TreeHash {
        var bytes = bytes
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        return try #require(TreeHash(bytes: bytes))
    }
}
