package import API
package import Tracking

extension APIClient {
    /// The session's artifacts in their current versions, by path, or with `key` by step; only paths that begin with
    /// `prefix`, and only those of `kind`. With `asOf` they are those of then.
    package func artifacts(
        _ session: String, prefix: String? = nil, kind: String? = nil, key: String? = nil, asOf: LogMoment? = nil
    ) async throws(ClientError) -> ArtifactList {
        try await ask(
            .listArtifacts, session,
            query: [("prefix", prefix), ("kind", kind), ("key", key), ("as_of", asOf?.description)])
    }

    /// Sends an artifact, streamed; the same bytes again change nothing, others become a new version. `kind` says what it
    /// is to those who show it, such as `image`; files of one series share a `key` and differ in `step`.
    package func uploadArtifact(
        _ session: String, path: String, from source: UploadSource, contentType: String = "application/octet-stream",
        kind: String? = nil, key: String? = nil, step: Int? = nil,
        progress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws(ClientError) -> ArtifactInfo {
        let chunks = try await UploadChunks(source, progress: progress)
        let artifact: ArtifactInfo = try await upload(
            chunks, contentType: contentType, .uploadArtifact, APIClient.place(session, path),
            query: [("kind", kind), ("key", key), ("step", step.map(String.init))])
        try verify(artifact.digest, sent: chunks, name: "artifact \(path)")
        return artifact
    }

    /// Downloads the artifact's current version to `target`, which appears only complete and verified.
    package func downloadArtifact(
        _ session: String, _ artifact: ArtifactInfo, to target: String,
        progress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws(ClientError) {
        try await download(
            APIRequest(
                .downloadArtifact, APIClient.place(session, artifact.path),
                query: [("digest", artifact.digest.description)]),
            digest: artifact.digest, byteCount: artifact.byteCount, to: target, progress: progress)
    }

    /// The bytes of the artifact's version; at most 256 MiB.
    package func artifactBytes(_ session: String, _ artifact: ArtifactInfo) async throws(ClientError) -> [UInt8] {
        let request = APIRequest(
            .downloadArtifact, APIClient.place(session, artifact.path),
            query: [("digest", artifact.digest.description)])
        let bytes = try await bytes(request)
        guard Digest(hashing: bytes) == artifact.digest else {
            throw ClientError(.digestMismatch, "\(request.name) answered other bytes than its digest names. Try again.")
        }
        return bytes
    }

    /// Takes the artifact out of the list; its versions stay in the log's history.
    package func deleteArtifact(_ session: String, path: String) async throws(ClientError) -> ArtifactInfo {
        try await answer(to: APIRequest(.deleteArtifact, APIClient.place(session, path)))
    }

    private static func place(_ session: String, _ path: String) -> [String] {
        [session] + path.split(separator: "/").map(String.init)
    }
}
