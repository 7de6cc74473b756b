package import API

extension APIClient {
    /// The server's health: asked for within `timeout`, when one is given, instead of a minute, and again by `retries`,
    /// when they are given, instead of the client's.
    package func health(
        within timeout: Duration? = nil, retries: RetryPolicy? = nil
    ) async throws(ClientError) -> HealthInfo {
        var request = APIRequest(.getHealth)
        if let timeout { request.headTimeout = timeout }
        var client = self
        if let retries { client.configuration.retries = retries }
        return try await client.answer(to: request)
    }

    /// CPU, memory, disk and, when there are any, GPUs of the server's machine.
    package func resources() async throws(ClientError) -> ResourceInfo { try await ask(.getResources) }

    /// Where the disk goes: all of it, with the `limit` sessions that hold most, and the files of `session` when one is named.
    package func storage(session: String? = nil, limit: Int? = nil) async throws(ClientError) -> StorageInfo {
        var request = APIRequest(.getStorage)
        if let session { request.query.append(("session_id", session)) }
        if let limit { request.query.append(("limit", String(limit))) }
        // A million stored objects are looked at in some 20 s, also where the disk is slow.
        request.headTimeout = .seconds(600)
        return try await answer(to: request)
    }

    /// Has the read models built anew from the log; the answer shows them rebuilding.
    package func rebuildReadModels() async throws(ClientError) -> RebuildState { try await ask(.rebuildReadModels) }

    /// The state of the read models: what they are doing, and how far they are.
    package func rebuildState() async throws(ClientError) -> RebuildState { try await ask(.getRebuildState) }
}
