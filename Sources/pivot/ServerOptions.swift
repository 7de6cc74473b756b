import ArgumentParser
import Foundation
import TrackingClient

/// The choice of the server that a command talks to.
package struct ServerOptions: ParsableArguments {
    @Option(help: "The server's address; by default PIVOT_URL, else http://127.0.0.1:8000.")
    var url: String?

    package init() {}

    /// Runs `body` with a client of the server and closes the client's connections afterwards.
    func withClient(_ body: (APIClient) async throws -> Void) async throws {
        var configuration = try ClientConfiguration(
            address: url, environment: ProcessInfo.processInfo.environment)
        configuration.address = OwnServer.address(meantBy: configuration.address)
        configuration.ownerSecret = { [address = configuration.address] in OwnServer.secret(at: address) }
        let client = APIClient(configuration)
        do {
            try await body(client)
        } catch {
            try await client.shutDown()
            throw error
        }
        try await client.shutDown()
    }
}
