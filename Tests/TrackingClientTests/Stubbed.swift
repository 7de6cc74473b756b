import TrackingClient

/// Runs `body` with a client of a stub server that answers as `answer` says; no wait takes time, and chance is constant.
func withStub(
    retries: RetryPolicy = .interactive, answer: @escaping @Sendable (StubServer.Request, Int) -> StubServer.Reply,
    body: (APIClient, StubServer, ImmediateClock) async throws -> Void
) async throws {
    let server = try await StubServer(answer)
    let clock = ImmediateClock()
    let client = APIClient(
        ClientConfiguration(address: try ServerAddress(server.url), retries: retries), clock: clock, random: { 1 << 63 }
    )
    do {
        try await body(client, server, clock)
    } catch {
        try await client.shutDown()
        try await server.stop()
        throw error
    }
    try await client.shutDown()
    try await server.stop()
}

let sessionDocument = """
    {"session_id":"sess_1","session_name":"one","status":"running","current_epoch":2,"total_epochs":5,"progress":0.5,
     "latest_metrics":{"val_loss":0.25},"tags":["a"],"created_at":"2026-01-05T10:00:00Z"}
    """

/// The error that `body` throws.
func failure(_ body: () async throws(ClientError) -> Void) async -> ClientError? {
    do {
        try await body()
        return nil
    } catch {
        return error
    }
}
