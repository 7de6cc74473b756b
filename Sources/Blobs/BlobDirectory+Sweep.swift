import Tracking

extension BlobDirectory {
    /// Deletes what is neither in `digests`, nor part of what stays, nor pinned, nor renewed after `limit`.
    ///
    /// Files that refer to tensors go first, and their deletion is on disk before any tensor goes: at no moment, and
    /// after no loss of power, is there a file whose tensors are gone. A file that was renewed meanwhile is seen when
    /// its own turn comes, before its tensors' turn.
    func sweep(keeping digests: Set<Digest>, renewedBefore limit: Timestamp) throws(BlobError) -> SweepReport {
        var report = SweepReport()
        let objects = try all()
        var live = try locked { state throws(BlobError) in digests.union(state.pins.all) }
        var candidates: [Digest] = []
        for digest in objects {
            guard let file = try fileInformation(of: digest) else { continue }
            if live.contains(digest) || file.modifiedAt > limit {
                try addTensors(of: digest, to: &live)
            } else {
                candidates.append(digest)
            }
        }
        let (manifests, plain) = try split(candidates.filter { !live.contains($0) })
        var deletedManifests: [Digest] = []
        for digest in manifests {
            if try delete(digest, renewedBefore: limit, &report) {
                deletedManifests.append(digest)
            } else {
                try addTensors(of: digest, to: &live)
            }
        }
        try sync(shardsOf: deletedManifests)
        for digest in plain where !live.contains(digest) {
            _ = try delete(digest, renewedBefore: limit, &report)
        }
        report.keptCount = objects.count - report.deletedCount
        return report
    }

    private func addTensors(of digest: Digest, to live: inout Set<Digest>) throws(BlobError) {
        guard let pack = try pack(digest) else { return }
        live.formUnion(pack.table.tensors)
    }

    /// Those that refer to tensors, or may do so since they cannot be read, and the others.
    private func split(_ digests: [Digest]) throws(BlobError) -> (manifests: [Digest], plain: [Digest]) {
        var manifests: [Digest] = []
        var plain: [Digest] = []
        for digest in digests {
            do {
                guard let pack = try pack(digest) else { continue }
                if pack.table.tensors.isEmpty { plain.append(digest) } else { manifests.append(digest) }
            } catch .damaged {
                manifests.append(digest)
            }
        }
        return (manifests, plain)
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
