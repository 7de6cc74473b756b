/// The settings by which a client talks to its server.
package struct ClientConfiguration: Sendable {
    /// The server.
    package var address: ServerAddress
    /// Looks up the secret that proves to the server that its own user asks; sent as `Authorization: Local` with what may
    /// make the server start a program. Nil when the server is somebody else's.
    package var ownerSecret: (@Sendable () -> String?)?
    /// The policy by which requests are sent again.
    package var retries: RetryPolicy
    /// The longest time to wait for a connection.
    package var connectTimeout: Duration = .seconds(5)
    /// The longest time in which nothing comes of an answer, or of a feed that sends a heartbeat every 15 s.
    package var idleTimeout: Duration = .seconds(90)

    package init(address: ServerAddress, retries: RetryPolicy = .interactive) {
        self.address = address
        self.retries = retries
    }

    /// Reads `PIVOT_URL` of `environment`; `address` wins over the variable, and without both the
    /// server is `ServerAddress.standard`. Throws `invalidAddress`.
    package init(
        address: String? = nil, environment: [String: String], retries: RetryPolicy = .interactive
    ) throws(ClientError) {
        var server = ServerAddress.standard
        if let text = address ?? environment["PIVOT_URL"], !text.isEmpty { server = try ServerAddress(text) }
        self.init(address: server, retries: retries)
    }
}
