package import JSON

extension APIClient {
    /// Whether the server works: within `timeout`, when one is given, instead of a minute, and sent again by `retries`,
    /// when they are given, instead of the client's.
    package func health(
        within timeout: Duration? = nil, retries: RetryPolicy? = nil
    ) async throws(ClientError) -> HealthInfo {
        var request = APIRequest.get("health")
        if let timeout { request.headTimeout = timeout }
        var client = self
        if let retries { client.configuration.retries = retries }
        return try HealthInfo(try await client.document(request).json)
    }

    /// CPU, memory, disk and, when there are any, GPUs of the server's machine.
    package func resources() async throws(ClientError) -> JSONValue {
        try await document(.get("monitor", "resources")).json
    }

    /// The document at `path` below `/api/v1`, for what has no function of its own.
    package func get(_ path: [String], query: [(String, String?)] = []) async throws(ClientError) -> JSONValue {
        let request = APIRequest(
            method: "GET", segments: path, query: APIRequest.present(query), isRepeatable: true)
        return try await document(request).json
    }

    /// Sends `body` to `path` below `/api/v1` with an idempotency key, for what has no function of its own.
    package func post(
        _ path: [String], body: JSONValue?, command: String? = nil
    ) async throws(ClientError) -> JSONValue {
        let request = APIRequest.post(
            path, command: command ?? newCommandID(), body: body.map { .json($0) } ?? .none)
        return try await document(request).json
    }
}
