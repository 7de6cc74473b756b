import Crypto
import Transparency

/// A tree as RFC 6962 defines it, word by word and without regard for time: what the module is compared with.
struct NaiveTree {
    let leaves: [[UInt8]]

    /// MTH of section 2.1.
    static func root(_ leaves: ArraySlice<[UInt8]>) -> TreeHash {
        switch leaves.count {
        case 0: TreeHash(SHA256.hash(data: [UInt8]()))
        case 1: TreeHash(SHA256.hash(data: [0x00] + leaves[leaves.startIndex]))
        default:
            TreeHash(
                SHA256.hash(
                    data: [0x01] + root(leaves.prefix(split(leaves.count))).bytes
                        + root(leaves.dropFirst(split(leaves.count))).bytes))
        }
    }

    /// PATH of section 2.1.1.
    static func path(_ index: Int, _ leaves: ArraySlice<[UInt8]>) -> [TreeHash] {
        guard leaves.count > 1 else { return [] }
        let k = split(leaves.count)
        return index < k
            ? path(index, leaves.prefix(k)) + [root(leaves.dropFirst(k))]
            : path(index - k, leaves.dropFirst(k)) + [root(leaves.prefix(k))]
    }

    /// PROOF of section 2.1.2.
    static func proof(_ old: Int, _ leaves: ArraySlice<[UInt8]>) -> [TreeHash] { subproof(old, leaves, true) }

    private static func subproof(_ old: Int, _ leaves: ArraySlice<[UInt8]>, _ isWhole: Bool) -> [TreeHash] {
        if old == leaves.count { return isWhole ? [] : [root(leaves)] }
        let k = split(leaves.count)
        return old <= k
            ? subproof(old, leaves.prefix(k), isWhole) + [root(leaves.dropFirst(k))]
            : subproof(old - k, leaves.dropFirst(k), false) + [root(leaves.prefix(k))]
    }

    /// The largest power of two that is less than `count`.
    private static func split(_ count: Int) -> Int {
        var k = 1
        while 2 * k < count { k *= 2 }
        return k
    }

    /// The root of the tree of the first `size` leaves.
    func root(_ size: Int) -> TreeHash { NaiveTree.root(leaves.prefix(size)) }

    func head(_ size: Int) -> TreeHead { TreeHead(size: UInt64(size), root: root(size)) }
}
