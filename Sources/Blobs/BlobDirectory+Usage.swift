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
        return try holders.usage(of: uses) { (digest) throws(BlobError) in
            do throws(BlobError) { return try pack(digest)?.table.references } catch .damaged { return nil }
        }
    }
}
