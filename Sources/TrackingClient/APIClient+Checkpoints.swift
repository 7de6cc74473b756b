extension APIClient {
    /// The checkpoints of a session, or all; by epoch unless `sort` says otherwise. `metric` makes `metricValue` that
    /// metric and leaves out those without it; `lineage` adds those of the session's parents.
    package func checkpoints(
        session: String? = nil, metric: String? = nil, sort: String? = nil, lineage: Bool = false, limit: Int? = nil,
        offset: Int? = nil
    ) async throws(ClientError) -> Page<CheckpointInfo> {
        let answer = try await document(
            .get(
                "checkpoints",
                query: [
                    ("session_id", session), ("metric_name", metric), ("sort", sort),
                    ("lineage", lineage ? "true" : nil), ("limit", limit.map(String.init)),
                    ("offset", offset.map(String.init)),
                ]))
        return try Page(answer.json, key: "checkpoints") { json throws(ClientError) in try CheckpointInfo(json) }
    }

    /// The checkpoint's document.
    package func checkpoint(_ id: String) async throws(ClientError) -> CheckpointInfo {
        try CheckpointInfo(try await document(.get("checkpoints", id)).json)
    }

    /// Sends a checkpoint, streamed; returns when the server has it on disk and its digest is that of what was sent.
    package func uploadCheckpoint(
        _ upload: CheckpointUpload, from source: UploadSource, command: String? = nil,
        progress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws(ClientError) -> CheckpointInfo {
        let form = MultipartForm(
            boundary: "pivot-" + String(random(), radix: 36) + String(random(), radix: 36), fields: upload.fields,
            fileName: upload.fileName)
        let witness = UploadChunks.Witness()
        let chunks = UploadChunks(
            prefix: form.prefix, source: source, suffix: form.suffix,
            sourceByteCount: try await source.byteCount(), witness: witness, progress: progress)
        var request = APIRequest.post(
            ["checkpoints"], command: command ?? newCommandID(),
            body: .stream(byteCount: chunks.byteCount, contentType: form.contentType) { chunks })
        request.headTimeout = nil
        let checkpoint = try CheckpointInfo(try await document(request).json)
        try verify(checkpoint.digest, sent: witness, name: "checkpoint \(checkpoint.id)")
        return checkpoint
    }

    /// Downloads the checkpoint to `path`, which appears only complete and verified; resumes what was interrupted.
    package func downloadCheckpoint(
        _ checkpoint: CheckpointInfo, to path: String, progress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws(ClientError) {
        try await download(
            .get("checkpoints", checkpoint.id, "download"), digest: checkpoint.digest,
            byteCount: checkpoint.byteCount, to: path, progress: progress)
    }

    /// Takes the checkpoint out of the lists; its document is answered.
    package func deleteCheckpoint(_ id: String) async throws(ClientError) -> CheckpointInfo {
        let request = APIRequest(method: "DELETE", segments: ["checkpoints", id], isRepeatable: false)
        return try CheckpointInfo(try await document(request).json)
    }
}
