import Tracking

extension APIClient {
    /// The session's artifacts in their current versions, by path, or with `key` by step; only paths that begin with
    /// `prefix`, and only those of `kind`.
    package func artifacts(
        _ session: String, prefix: String? = nil, kind: String? = nil, key: String? = nil
    ) async throws(ClientError) -> Page<ArtifactInfo> {
        let answer = try await document(
            .get(
                "training", "sessions", session, "artifacts",
                query: [("prefix", prefix), ("kind", kind), ("key", key)]))
        return try Page(answer.json, key: "artifacts") { json throws(ClientError) in try ArtifactInfo(json) }
    }

    /// Sends an artifact, streamed; the same bytes again change nothing, others become a new version. `kind` says what it
    /// is to those who show it, such as `image`; files of one series share a `key` and differ in `step`.
    package func uploadArtifact(
        _ session: String, path: String, from source: UploadSource, contentType: String = "application/octet-stream",
        kind: String? = nil, key: String? = nil, step: Int? = nil,
        progress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws(ClientError) -> ArtifactInfo {
        let witness = UploadChunks.Witness()
        let chunks = UploadChunks(
            prefix: [], source: source, suffix: [], sourceByteCount: try await source.byteCount(), witness: witness,
            progress: progress)
        let request = APIRequest(
            method: "PUT", segments: APIClient.segments(session, path),
            query: [("kind", kind), ("key", key), ("step", step.map(String.init))].compactMap { name, value in
                value.map { (name, $0) }
            },
            body: .stream(byteCount: chunks.byteCount, contentType: contentType) { chunks }, isRepeatable: true,
            headTimeout: nil)
        let artifact = try ArtifactInfo(try await document(request).json)
        try verify(artifact.digest, sent: witness, name: "artifact \(path)")
        return artifact
    }

    /// Downloads the artifact's current version to `target`, which appears only complete and verified.
    package func downloadArtifact(
        _ session: String, _ artifact: ArtifactInfo, to target: String,
        progress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws(ClientError) {
        let request = APIRequest(
            method: "GET", segments: APIClient.segments(session, artifact.path),
            query: [("digest", artifact.digest.description)], isRepeatable: true)
        try await download(
            request, digest: artifact.digest, byteCount: artifact.byteCount, to: target, progress: progress)
    }

    /// Takes the artifact out of the list; its versions stay in the log's history.
    package func deleteArtifact(_ session: String, path: String) async throws(ClientError) -> ArtifactInfo {
        let request = APIRequest(method: "DELETE", segments: APIClient.segments(session, path), isRepeatable: false)
        return try ArtifactInfo(try await document(request).json)
    }

    private static func segments(_ session: String, _ path: String) -> [String] {
        ["training", "sessions", session, "artifacts"] + path.split(separator: "/").map(String.init)
    }
}
