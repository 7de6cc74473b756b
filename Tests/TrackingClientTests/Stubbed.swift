import API
import TestSupport
import Tracking
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

/// A session as the server writes it.
let sessionDocument: String = {
    var session = SessionInfo()
    session.summary.id = "sess_1"
    session.summary.name = "one"
    session.summary.status = .running
    session.summary.currentEpoch = 2
    session.summary.totalEpochs = 5
    session.summary.progress = 0.5
    session.summary.latestMetrics = [MetricValue(name: "val_loss", value: 0.25)]
    session.summary.tags = ["a"]
    return session.text
}()

extension Document {
    /// The document as JSON.
    var text: String { String(decoding: encoded(), as: UTF8.self) }
}

/// The error that `body` throws.
func failure(_ body: () async throws(ClientError) -> Void) async -> ClientError? {
    do {
        try await body()
        return nil
    } catch {
        return error
    }
}
