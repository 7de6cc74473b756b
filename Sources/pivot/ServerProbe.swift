import API
import TrackingClient

/// Asks once whether a server is there.
struct ServerProbe: Sendable {
    let client: APIClient

    /// The server's health; nil when none answers within two seconds.
    func health() async -> HealthInfo? {
        do throws(ClientError) {
            return try await healthOrRefusal()
        } catch {
            return nil
        }
    }

    /// The server's health; nil when no connection can be made. Throws when something else answers.
    func healthOrRefusal() async throws(ClientError) -> HealthInfo? {
        do throws(ClientError) {
            return try await client.health(within: .seconds(2), retries: .never)
        } catch {
            if error.code == .unreachable { return nil }
            throw error
        }
    }
}
