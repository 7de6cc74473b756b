import Testing
import Transparency

/// Trees of every size up to 300, beside the definition of the RFC.
@Suite("Trees, beside the definition of RFC 6962")
struct TreeTests {
    static let largest = 300
    static let naive = NaiveTree(leaves: (0..<largest).map { StoredTree.content($0) })
    static let stored = StoredTree(count: largest)
    static let heads = (0...largest).map { naive.head($0) }

    @Test("the frontier of every size has the root of the definition")
    func roots() throws {
        var frontier = Frontier()
        for size in 0...Self.largest {
            #expect(frontier.head == Self.heads[size])
            #expect(try Self.stored.head(size) == Self.heads[size])
            if size < Self.largest { frontier.append(StoredTree.leaf(size)) }
        }
    }

    @Test("many leaves at once are the same as one after the other")
    func many() {
        for size in [0, 1, 7, 8, 100] {
            var frontier = Frontier()
            frontier.append(contentsOf: (0..<size).map { StoredTree.leaf($0) })
            frontier.append(contentsOf: (size..<Self.largest).map { StoredTree.leaf($0) })
            #expect(frontier.head == Self.heads[Self.largest])
        }
    }

    @Test("a frontier goes on where its bytes were written")
    func encoding() throws {
        for size in 0...Self.largest {
            let bytes = try Frontier(ofTreeOf: UInt64(size), from: Self.stored).encoded
            #expect(bytes.count == 9 + 32 * size.nonzeroBitCount)
            var frontier = try Frontier(encoded: bytes)
            #expect(frontier.head == Self.heads[size] && frontier.encoded == bytes)
            frontier.append(contentsOf: (size..<Self.largest).map { StoredTree.leaf($0) })
            #expect(frontier.head == Self.heads[Self.largest])
        }
    }

    @Test("every proof of inclusion is that of the definition, and holds")
    func inclusion() throws {
        for size in 1...Self.largest {
            for index in size < 70 ? Array(0..<size) : [0, 1, size / 3, size / 2, size - 2, size - 1] {
                let proof = try Self.stored.inclusion(of: index, in: size)
                #expect(proof.hashes == NaiveTree.path(index, Self.naive.leaves.prefix(size)))
                try proof.verify(StoredTree.leaf(index), in: Self.heads[size])
            }
        }
    }

    @Test("every proof of inclusion holds for its leaf and for no other")
    func otherLeaves() throws {
        for size in [1, 2, 3, 5, 8, 21, 64, 100] {
            for index in 0..<size {
                let proof = try Self.stored.inclusion(of: index, in: size)
                for other in 0..<size where other != index {
                    #expect(throws: ProofError.self) { try proof.verify(StoredTree.leaf(other), in: Self.heads[size]) }
                }
            }
        }
    }

    @Test("every proof of consistency is that of the definition, and holds")
    func consistency() throws {
        for new in 0...Self.largest {
            for old in new < 70 ? Array(0...new) : [0, 1, new / 3, new / 2, 64, new - 2, new - 1, new] {
                let proof = try Self.stored.consistency(from: old, to: new)
                let expected = old == 0 ? [] : NaiveTree.proof(old, Self.naive.leaves.prefix(new))
                #expect(proof.hashes == expected)
                try proof.verify(from: Self.heads[old], to: Self.heads[new])
            }
        }
    }

    @Test("a hash is written and read as hexadecimal digits, base64 and bytes")
    func texts() throws {
        let hash = StoredTree.leaf(1)
        #expect(TreeHash(hex: hash.hex) == hash && TreeHash(base64: hash.base64) == hash)
        #expect(TreeHash(bytes: hash.bytes) == hash && hash.hex.utf8.count == 64)
        #expect(TreeHash(hex: hash.hex.uppercased()) == nil && TreeHash(hex: hash.hex.dropLast()) == nil)
        #expect(TreeHash(hex: hash.hex + "00") == nil && TreeHash(base64: hash.base64.dropLast()) == nil)
        #expect(TreeHash(base64: hash.base64 + "\n") == nil && TreeHash(bytes: hash.bytes + [0]) == nil)
        // The last digit has two bits that are not used; set, they would be a second spelling.
        #expect(hash.base64.hasSuffix("="))
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let digit = try #require(hash.base64.dropLast().last)
        let last = try #require(digits.firstIndex(of: digit))
        #expect(TreeHash(base64: hash.base64.dropLast(2) + String(digits[last + 1]) + "=") == nil)
    }
}
