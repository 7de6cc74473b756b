import Tracking

extension BlobDirectory {
    /// Marks what is pinned at this moment, `now`.
    func beginSweep(now: Timestamp) -> BlobMarks {
        var marks = BlobMarks(beginning: now)
        for digest in pinned { marks.insert(digest) }
        return marks
    }

    /// Deletes what is neither marked, nor part of what stays, nor pinned, nor renewed after `limit`.
    ///
    /// Goes through the folders, with the names of one of them in memory: first to mark what all objects that stay refer to;
    /// then once for each level, from files down to the packs that lean on nothing. The deletions of a level are on disk before
    /// the next one's begin: at no moment, and after no loss of power, is there an object that refers to one which is gone. An
    /// object that was renewed meanwhile is seen when its own turn comes, before that of what it refers to.
    func sweep(keeping marked: BlobMarks, renewedBefore limit: Timestamp) throws(BlobError) -> SweepReport {
        var marks = marked
        var report = SweepReport()
        var objectCount = 0
        for shard in BlobLayout.shards {
            for digest in try objects(in: shard) {
                guard let file = try fileInformation(of: digest) else { continue }
                objectCount += 1
                if marks.contains(digest) || file.modifiedAt > limit { try markReferences(of: digest, in: &marks) }
            }
        }
        for level in (0...PackFormat.maximumBaseCount + 1).reversed() {
            for shard in BlobLayout.shards {
                var deleted: [Digest] = []
                for digest in try candidates(in: shard, marks, renewedBefore: limit)
                where try self.level(of: digest) == level {
                    if try delete(digest, renewedBefore: limit, &report) {
                        deleted.append(digest)
                    } else {
                        try markReferences(of: digest, in: &marks)
                    }
                }
                if level > 0 { for shard in shards(of: deleted) { try sync(shard: shard) } }
            }
        }
        report.keptCount = objectCount - report.deletedCount
        return report
    }

    /// Has the places of chunks forgotten that lie in no object.
    func forgetDeletedChunks() {
        chunks.forget { object in
            do throws(BlobError) { return try fileInformation(of: object) != nil } catch { return true }
        }
    }

    /// The objects of a shard that may have to go.
    private func candidates(
        in shard: String, _ marks: BlobMarks, renewedBefore limit: Timestamp
    ) throws(BlobError) -> [Digest] {
        var candidates: [Digest] = []
        for digest in try objects(in: shard) where !marks.contains(digest) {
            if let file = try fileInformation(of: digest), file.modifiedAt <= limit { candidates.append(digest) }
        }
        return candidates
    }

    private func markReferences(of digest: Digest, in marks: inout BlobMarks) throws(BlobError) {
        guard let pack = try pack(digest) else { return }
        for reference in pack.table.references { marks.insert(reference) }
    }

    /// The height of an object above those that it refers to; the greatest when it cannot be read.
    func level(of digest: Digest) throws(BlobError) -> Int {
        do {
            return try pack(digest)?.table.level ?? 0
        } catch .damaged {
            return PackFormat.maximumBaseCount + 1
        }
    }

    /// Looks at an object's pin and time once more and deletes it unless one of them keeps it; says whether it did.
    private func delete(
        _ digest: Digest, renewedBefore limit: Timestamp, _ report: inout SweepReport
    ) throws(BlobError) -> Bool {
        let byteCount: Int64? = try locked { state throws(BlobError) in
            guard !state.pins.contains(digest), let file = try fileInformation(of: digest), file.modifiedAt <= limit
            else {
                return nil
            }
            try attempt { () throws(FileSystemError) in try fileSystem.remove(layout.object(digest)) }
            state.damaged.remove(digest)
            return file.byteCount
        }
        guard let byteCount else { return false }
        report.deletedCount += 1
        report.deletedByteCount += byteCount
        return true
    }
}
