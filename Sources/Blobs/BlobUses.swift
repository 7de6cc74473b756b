package import Tracking

/// Who uses which blobs: what `BlobStore.usage(of:)` is asked about.
///
/// A use belongs to one group in each of several groupings, such as its session in one and its kind in another. It takes 40
/// bytes of memory and 4 for each grouping.
package struct BlobUses: Sendable {
    /// The number of groupings.
    package let groupingCount: Int
    /// The digests, one for each use.
    private(set) var digests: [Digest] = []
    /// The groups of the first use, in the order of the groupings, then those of the second, and so on; `keeper` for none.
    private(set) var groups: [Int32] = []

    /// The mark of a use that belongs to no group of a grouping: what it needs is not freed by any group's deletion.
    static let keeper: Int32 = -1

    package init(groupingCount: Int) { self.groupingCount = groupingCount }

    /// Adds a use of the blob `digest`; `groups` has a number from 0 for each grouping, or nil for a use that stays whatever
    /// goes.
    package mutating func add(_ digest: Digest, groups: [Int?]) {
        precondition(groups.count == groupingCount, "a use has a group in each grouping")
        digests.append(digest)
        self.groups += groups.map { $0.map { Int32($0) } ?? Self.keeper }
    }

    /// Each digest once, with what its uses come to in each grouping: a group, or `keeper` for several.
    var joined: [(digest: Digest, groups: [Int32])] {
        var joined: [(digest: Digest, groups: [Int32])] = []
        for index in digests.indices.sorted(by: { digests[$0] < digests[$1] }) {
            let groups = groups[index * groupingCount..<(index + 1) * groupingCount]
            if let last = joined.indices.last, joined[last].digest == digests[index] {
                for (place, group) in groups.enumerated() {
                    joined[last].groups[place] = ObjectHolders.joined(joined[last].groups[place], group)
                }
            } else {
                joined.append((digests[index], Array(groups)))
            }
        }
        return joined
    }
}

/// The bytes of a store by who needs them.
package struct BlobUsage: Equatable, Sendable {
    /// The bytes of all that is in the store, and how many objects that is.
    package var storedByteCount: Int64 = 0
    package var objectCount = 0
    /// Of these, what no use needs: the next sweeps delete it once it is old enough.
    package var unusedByteCount: Int64 = 0
    /// The blobs of some group that are missing or cannot be read. What else they need is unknown and counts as unused.
    package var unreadableCount = 0
    /// For each grouping and group, the bytes that it alone needs: what is freed when all its uses go. Groups beyond the
    /// last that has any are left out.
    package var heldAlone: [[Int64]] = []

    package init() {}

    /// The bytes that `group` of `grouping` alone needs.
    package func byteCount(heldAloneBy group: Int, in grouping: Int) -> Int64 {
        heldAlone[grouping].indices.contains(group) ? heldAlone[grouping][group] : 0
    }
}

/// The objects of a store and, for each grouping, the group that alone needs each of them.
///
/// Objects are told apart by the first 64 bits of their digests: two of ten million are alike with a probability of one in
/// 370,000, and then some bytes are counted for the wrong group. An object takes some 30 bytes and 4 for each grouping.
struct ObjectHolders {
    /// Nobody needs the object.
    private static let nobody: Int32 = -2

    private let groupingCount: Int
    private var places: [UInt64: Int32] = [:]
    private var byteCounts: [Int64] = []
    private var holders: [Int32] = []

    init(groupingCount: Int) { self.groupingCount = groupingCount }

    /// Adds an object that is not there yet.
    mutating func add(_ digest: Digest, byteCount: Int64) {
        guard places.updateValue(Int32(byteCounts.count), forKey: Self.key(of: digest)) == nil else { return }
        byteCounts.append(byteCount)
        for _ in 0..<max(groupingCount, 1) { holders.append(Self.nobody) }
    }

    /// Notes that `groups` need the object; false when it is not there.
    private mutating func note(_ digest: Digest, neededBy groups: [Int32]) -> Bool {
        guard let place = places[Self.key(of: digest)] else { return false }
        let start = Int(place) * max(groupingCount, 1)
        if groupingCount == 0 { holders[start] = BlobUses.keeper }
        for (index, group) in groups.enumerated() {
            holders[start + index] = Self.joined(holders[start + index], group)
        }
        return true
    }

    /// Notes what all uses need, and counts.
    ///
    /// - Parameter references: The other objects that a blob needs; nil when it is missing or cannot be read.
    mutating func usage(
        of uses: BlobUses, references: (Digest) throws(BlobError) -> Set<Digest>?
    ) throws(BlobError) -> BlobUsage {
        var unreadableCount = 0
        for (digest, groups) in uses.joined {
            var isWhole = false
            if note(digest, neededBy: groups), let needed = try references(digest) {
                isWhole = true
                for reference in needed where !note(reference, neededBy: groups) { isWhole = false }
            }
            if !isWhole, groups.contains(where: { $0 != BlobUses.keeper }) { unreadableCount += 1 }
        }
        var usage = counts
        usage.unreadableCount = unreadableCount
        return usage
    }

    /// The counts of all objects.
    private var counts: BlobUsage {
        var usage = BlobUsage()
        usage.objectCount = byteCounts.count
        usage.heldAlone = Array(repeating: [], count: groupingCount)
        let stride = max(groupingCount, 1)
        for (index, byteCount) in byteCounts.enumerated() {
            usage.storedByteCount += byteCount
            let row = holders[index * stride..<(index + 1) * stride]
            if row.first == Self.nobody {
                usage.unusedByteCount += byteCount
                continue
            }
            for (grouping, group) in row.prefix(groupingCount).enumerated() where group >= 0 {
                while usage.heldAlone[grouping].count <= Int(group) { usage.heldAlone[grouping].append(0) }
                usage.heldAlone[grouping][Int(group)] += byteCount
            }
        }
        return usage
    }

    /// The group that alone holds what both hold.
    static func joined(_ one: Int32, _ other: Int32) -> Int32 {
        if one == nobody { return other }
        return one == other || other == nobody ? one : BlobUses.keeper
    }

    private static func key(of digest: Digest) -> UInt64 {
        digest.withBytes { $0.loadUnaligned(as: UInt64.self) }
    }
}
