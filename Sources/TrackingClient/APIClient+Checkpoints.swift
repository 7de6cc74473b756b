package import API
package import Tracking

extension APIClient {
    /// The checkpoints of a session, or all; by epoch unless `sort` says otherwise. `metric` makes `metricValue` that
    /// metric and leaves out those without it; `lineage` adds those of the session's parents, `superseded` those whose place later ones took.
    /// With `asOf` they are those of then.
    package func checkpoints(
        session: String? = nil, metric: String? = nil, sort: String? = nil, lineage: Bool = false,
        superseded: Bool = false, limit: Int? = nil, offset: Int? = nil, asOf: LogMoment? = nil
    ) async throws(ClientError) -> CheckpointList {
        try await ask(
            .listCheckpoints,
            query: [
                ("session_id", session), ("metric_name", metric), ("sort", sort), ("lineage", lineage ? "true" : nil),
                ("attempts", superseded ? "all" : nil), ("limit", limit.map(String.init)),
                ("offset", offset.map(String.init)), ("as_of", asOf?.description),
            ])
    }

    /// The checkpoint's document, now or as it was at `asOf`.
    package func checkpoint(_ id: String, asOf: LogMoment? = nil) async throws(ClientError) -> CheckpointInfo {
        try await ask(.getCheckpoint, id, query: [("as_of", asOf?.description)])
    }

    /// Sends a checkpoint, streamed; returns when the server has it on disk and its digest is that of what was sent.
    package func uploadCheckpoint(
        _ upload: CheckpointUpload, from source: UploadSource, command: String? = nil,
        progress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws(ClientError) -> CheckpointInfo {
        let chunks = try await UploadChunks(source, progress: progress)
        let checkpoint: CheckpointInfo = try await self.upload(
            chunks, .uploadCheckpoint, query: upload.query, command: command)
        try verify(checkpoint.digest, sent: chunks, name: "checkpoint \(checkpoint.id)")
        return checkpoint
    }

    /// Downloads the checkpoint to `path`, which appears only complete and verified; resumes what was interrupted.
    package func downloadCheckpoint(
        _ checkpoint: CheckpointInfo, to path: String, progress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws(ClientError) {
        try await download(
            APIRequest(.downloadCheckpoint, [checkpoint.id]), digest: checkpoint.digest,
            byteCount: checkpoint.byteCount, to: path, progress: progress)
    }

    /// Takes the checkpoint out of the lists, for a reason that is recorded; its document is answered.
    package func deleteCheckpoint(_ id: String, reason: String? = nil) async throws(ClientError) -> CheckpointInfo {
        try await ask(.deleteCheckpoint, id, query: [("reason", reason)])
    }
}
