import JSON

/// A client that creates a session, claims its first attempt and reports the first point, and then begins anew.
struct SessionScript: ClientScript {
    /// The requests that a session takes.
    static let requestCount = 3

    private enum Stage {
        case create, claim, report
    }

    private(set) var bytes: [UInt8] = []
    private(set) var pointCount = 0
    private var stage = Stage.report
    private var session = ""

    mutating func advance(after answer: ArraySlice<UInt8>) throws {
        let path = "/api/v1/training/sessions"
        pointCount = 0
        switch stage {
        case .report:
            stage = .create
            bytes = Self.post(
                path,
                [
                    "session_name": "benchmark", "config": ["trainer": ["kind": "external"]],
                    "params": ["learning_rate": 0.001, "batch_size": 8, "optimizer": "adam"],
                ])
        case .create:
            stage = .claim
            session = try Self.field("session_id", of: answer)
            bytes = Self.post("\(path)/\(session)/attempts", ["host": "benchmark"])
        case .claim:
            stage = .report
            let token = try Self.field("token", of: answer)
            pointCount = 1
            bytes = Self.post(
                "\(path)/\(session)/metrics", ["attempt": 1, "points": [["name": "loss", "step": 1, "value": 0.5]]],
                token: token)
        }
    }

    private static func post(_ path: String, _ body: JSONValue, token: String? = nil) -> [UInt8] {
        HTTPRequest("POST", path, contentType: "application/json", token: token, body: body.encoded()).bytes
    }

    private static func field(_ name: String, of answer: ArraySlice<UInt8>) throws -> String {
        guard let text = try JSONValue.parse(Array(answer))[name]?.stringValue else {
            throw BenchmarkError("The answer has no \(name): \(String(decoding: answer, as: UTF8.self))")
        }
        return text
    }
}
