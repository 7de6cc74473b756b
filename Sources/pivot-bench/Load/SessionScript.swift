import JSON

/// A client that creates a session, claims its first attempt and reports the first point, all in one request, and then begins
/// anew.
struct SessionScript: ClientScript {
    let bytes: [UInt8]
    let pointCount = 1

    init() {
        let body: JSONValue = [
            "session_name": "benchmark", "config": ["trainer": ["kind": "external"]],
            "params": ["learning_rate": 0.001, "batch_size": 8, "optimizer": "adam"],
            "claim": ["host": "benchmark"], "points": [["name": "loss", "step": 1, "value": 0.5]],
        ]
        bytes =
            HTTPRequest(
                "POST", "/api/v1/training/sessions", contentType: "application/json", token: nil, body: body.encoded()
            ).bytes
    }

    mutating func advance(after answer: ArraySlice<UInt8>) throws {
        // The claim is the last field; a tree of the whole document for each answer would measure this client.
        guard answer.isEmpty || String(decoding: answer.suffix(256), as: UTF8.self).contains("\"token\"") else {
            throw BenchmarkError("The answer has no token: \(String(decoding: answer, as: UTF8.self))")
        }
    }
}
