package import Blobs
package import Tracking

extension BlobStore {
    /// A whole sweep that begins at `now`, with `digests` for what the log names.
    package func sweep(
        keeping digests: [Digest], olderThan grace: Duration, now: Timestamp
    ) async throws(BlobError) -> SweepReport {
        var marks = await beginSweep(now: now)
        for digest in digests { marks.insert(digest) }
        return try await sweep(keeping: marks, olderThan: grace)
    }
}
