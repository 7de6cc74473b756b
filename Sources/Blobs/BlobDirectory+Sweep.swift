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
    /// Goes through the folders three times, with the names of one of them in memory. The first time marks the tensors of
    /// all files that stay. Then files that refer to tensors go, and their deletion is on disk before any tensor goes: at
    /// no moment, and after no loss of power, is there a file whose tensors are gone. A file that was renewed meanwhile is
    /// seen when its own turn comes, before its tensors' turn.
    func sweep(keeping marked: BlobMarks, renewedBefore limit: Timestamp) throws(BlobError) -> SweepReport {
        var marks = marked
        var report = SweepReport()
        var objectCount = 0
        for shard in BlobLayout.shards {
            for digest in try objects(in: shard) {
                guard let file = try fileInformation(of: digest) else { continue }
                objectCount += 1
                if marks.contains(digest) || file.modifiedAt > limit { try markTensors(of: digest, in: &marks) }
            }
        }
        for shard in BlobLayout.shards {
            var deleted: [Digest] = []
            for digest in try candidates(in: shard, marks, renewedBefore: limit) where try refersToTensors(digest) {
                if try delete(digest, renewedBefore: limit, &report) {
                    deleted.append(digest)
                } else {
                    try markTensors(of: digest, in: &marks)
                }
            }
            for shard in shards(of: deleted) { try sync(shard: shard) }
        }
        for shard in BlobLayout.shards {
            for digest in try candidates(in: shard, marks, renewedBefore: limit) where try !refersToTensors(digest) {
                _ = try delete(digest, renewedBefore: limit, &report)
            }
        }
        report.keptCount = objectCount - report.deletedCount
        return report
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

    private func markTensors(of digest: Digest, in marks: inout BlobMarks) throws(BlobError) {
        guard let pack = try pack(digest) else { return }
        for tensor in pack.table.tensors { marks.insert(tensor) }
    }

    /// Returns whether an object refers to tensors, or may do so since it cannot be read.
    func refersToTensors(_ digest: Digest) throws(BlobError) -> Bool {
        do {
            guard let pack = try pack(digest) else { return false }
            return !pack.table.tensors.isEmpty
        } catch .damaged {
            return true
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
