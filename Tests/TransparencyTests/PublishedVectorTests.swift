import Testing
import Transparency

/// The vectors by which implementations of RFC 6962 have always been tested: eight leaves, the roots of the trees of
/// the first of them, and proofs.
@Suite("The published vectors of RFC 6962")
struct PublishedVectorTests {
    static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]

    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    static let inclusions: [(index: UInt64, size: UInt64, hashes: [String])] = [
        (0, 1, []),
        (
            0, 8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        ),
        (
            5, 8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        (
            1, 5,
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        ),
    ]

    static let consistencies: [(old: UInt64, new: UInt64, hashes: [String])] = [
        (1, 1, []),
        (
            1, 8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        ),
        (
            6, 8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
        (
            2, 5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        ),
        (
            6, 7,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
    ]

    static func leafHashes() throws -> [TreeHash] {
        try leaves.map { text in
            let pairs = stride(from: 0, to: text.utf8.count, by: 2).map { text.dropFirst($0).prefix(2) }
            return .leaf(try pairs.map { try #require(UInt8($0, radix: 16)) })
        }
    }

    static func head(_ size: UInt64) throws -> TreeHead {
        TreeHead(size: size, root: try #require(TreeHash(hex: roots[Int(size)])))
    }

    static func hashes(_ texts: [String]) throws -> [TreeHash] {
        try texts.map { try #require(TreeHash(hex: $0)) }
    }

    @Test("the root of every size is the published one")
    func everyRoot() throws {
        var frontier = Frontier()
        for (size, root) in Self.roots.enumerated() {
            #expect(frontier.size == UInt64(size) && frontier.root.hex == root)
            if size < Self.leaves.count { frontier.append(try Self.leafHashes()[size]) }
        }
    }

    @Test("the published proofs of inclusion are made and verified", arguments: inclusions.indices)
    func inclusion(number: Int) throws {
        let (index, size, hashes) = Self.inclusions[number]
        let tree = StoredTree(try Self.leafHashes())
        let proof = InclusionProof(index: index, size: size, hashes: try Self.hashes(hashes))
        #expect(try InclusionProof(of: index, inTreeOf: size, from: tree) == proof)
        try proof.verify(try Self.leafHashes()[Int(index)], in: try Self.head(size))
    }

    @Test("the published proofs of consistency are made and verified", arguments: consistencies.indices)
    func consistency(number: Int) throws {
        let (old, new, hashes) = Self.consistencies[number]
        let tree = StoredTree(try Self.leafHashes())
        let proof = ConsistencyProof(from: old, to: new, hashes: try Self.hashes(hashes))
        #expect(try ConsistencyProof(from: old, to: new, reader: tree) == proof)
        try proof.verify(from: try Self.head(old), to: try Self.head(new))
    }
}
