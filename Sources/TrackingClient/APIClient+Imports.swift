package import API
package import Tracking

extension APIClient {
    /// All records of a session up to the log's head as they were recorded, its lifecycle and its measurements.
    package func history(of session: String) -> Feed<EventRecordDecoder> {
        Feed(
            client: self,
            request: { position in
                Self.log(
                    of: session, .all, after: position ?? 0, limit: 1_000_000_000, follow: false,
                    as: "application/x-protobuf")
            }, endsWithAnswer: true, policy: configuration.retries)
    }

    /// Downloads a file of a session to `path`, which appears only complete and verified.
    package func download(
        _ file: SessionFiles.File, of session: String, to path: String,
        progress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws(ClientError) {
        let request: APIRequest
        switch file.kind {
        case .checkpoint(let id, _): request = APIRequest(.downloadCheckpoint, [id])
        case .artifact(let name, _, _):
            request = APIRequest(
                .downloadArtifact, [session] + name.split(separator: "/").map(String.init),
                query: [("digest", file.digest.description)])
        }
        try await download(request, digest: file.digest, byteCount: file.byteCount, to: path, progress: progress)
    }

    /// Asks the server to take over a session; the answer says what it still needs, or shows the session.
    package func importSession(_ session: SessionImport) async throws(ClientError) -> ImportState {
        var request = APIRequest(.importSession, body: .bytes(session.encoded(), contentType: "application/json"))
        // The events are read before it answers.
        request.headTimeout = nil
        return try await answer(to: request)
    }

    /// Sends a file of an archive; returns when the server has it on disk under its digest. `parent` is a file on the server
    /// that it resembles.
    package func uploadImportFile(
        _ digest: Digest, from source: UploadSource, like parent: Digest? = nil,
        progress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws(ClientError) -> ImportFile {
        let chunks = try await UploadChunks(source, progress: progress)
        return try await upload(
            chunks, .uploadImportFile, [digest.description], query: [("parent", parent?.description)])
    }
}
