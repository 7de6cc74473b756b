import JSON

/// A session with a claimed attempt, to report to.
struct BenchmarkSession {
    let id: String
    let token: String
    let attempt: Int

    /// Creates the session and claims its first attempt.
    init(over connection: HTTPConnection, name: String = "benchmark") throws {
        let created = try Self.post(
            connection, "/api/v1/training/sessions",
            ["session_name": .string(name), "config": ["trainer": ["kind": "external"]]])
        guard let id = created["session_id"]?.stringValue else {
            throw BenchmarkError("The session was not created: \(created)")
        }
        let claimed = try Self.post(
            connection, "/api/v1/training/sessions/\(id)/attempts", ["lease_seconds": 3600])
        guard let token = claimed["token"]?.stringValue, let attempt = claimed["attempt"]?.integerValue else {
            throw BenchmarkError("The attempt was not claimed: \(claimed)")
        }
        self.id = id
        self.token = token
        self.attempt = Int(attempt)
    }

    private static func post(_ connection: HTTPConnection, _ path: String, _ body: JSONValue) throws -> JSONValue {
        let request = HTTPRequest("POST", path, contentType: "application/json", body: body.encoded())
        return try JSONValue.parse(try connection.exchange(request).body)
    }
}
