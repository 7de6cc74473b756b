import Tracking

extension BlobDirectory {
    /// Counts the objects, and who of `uses` needs each of them.
    func usage(of uses: BlobUses) throws(BlobError) -> BlobUsage {
        var holders = ObjectHolders(groupingCount: uses.groupingCount)
        for shard in BlobLayout.shards {
            for digest in try objects(in: shard) {
                if let file = try fileInformation(of: digest) { holders.add(digest, byteCount: file.byteCount) }
            }
        }
        var unreadableCount = 0
        for (digest, groups) in uses.joined {
            if try !note(digest, neededBy: groups, in: &holders), BlobUses.hasGroup(groups) { unreadableCount += 1 }
        }
        var usage = holders.usage()
        usage.unreadableCount = unreadableCount
        return usage
    }

    /// Notes who needs a blob and all that it refers to; false when something of it is missing or cannot be read.
    private func note(
        _ digest: Digest, neededBy groups: [Int32], in holders: inout ObjectHolders
    ) throws(BlobError) -> Bool {
        guard holders.note(digest, neededBy: groups) else { return false }
        do throws(BlobError) {
            guard let pack = try pack(digest) else { return false }
            var isComplete = true
            for reference in pack.table.references where !holders.note(reference, neededBy: groups) {
                isComplete = false
            }
            return isComplete
        } catch .damaged {
            return false
        }
    }
}
