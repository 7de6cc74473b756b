/// The settings by which a client talks to its server.
package struct ClientConfiguration: Sendable {
    /// The server.
    package var address: ServerAddress
    /// Sent as `Authorization: Bearer`, unless a lease is.
    package var apiKey: String?
    /// The policy by which requests are sent again.
    package var retries: RetryPolicy
    /// The longest time to wait for a connection.
    package var connectTimeout: Duration = .seconds(5)
    /// The longest time in which nothing comes of an answer, or of a feed that sends a heartbeat every 15 s.
    package var idleTimeout: Duration = .seconds(90)

    package init(address: ServerAddress, apiKey: String? = nil, retries: RetryPolicy = .interactive) {
        self.address = address
        self.apiKey = apiKey
        self.retries = retries
    }

    /// Reads `PIVOT_URL` and `PIVOT_API_KEY` of `environment`; `address` wins over the variable, and without both the
    /// server is `ServerAddress.standard`. Throws `invalidAddress`.
    package init(
        address: String? = nil, environment: [String: String], retries: RetryPolicy = .interactive
    ) throws(ClientError) {
        var server = ServerAddress.standard
        if let text = address ?? environment["PIVOT_URL"], !text.isEmpty { server = try ServerAddress(text) }
        let key = environment["PIVOT_API_KEY"] ?? ""
        self.init(address: server, apiKey: key.isEmpty ? nil : key, retries: retries)
    }
}
