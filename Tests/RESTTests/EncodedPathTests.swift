import API
import JSON
import Testing
import Text

/// Names in paths: every letter that a name may have is found by its percent encoding.
@Suite("Names in paths")
struct EncodedPathTests {
    /// A name for every printable character of ASCII, and some that are not.
    private static let letters: [String] =
        (0x20...0x7E).map { "m" + String(Character(Unicode.Scalar(UInt8($0)))) + "x" }
    private static let names = [
        "val/loss", "a//b", "/", "/a", "a/", "a b", " ", "100%", "%2F", "%", "a+b", ".", "..", "../a", "é", "日本語",
        "🙂", "ß/Ü", "a?b=c&d", "a#b", "'", "\"", "`", "\\", "<b>", "{metric_name}", "compare", "latest",
        String(repeating: "é", count: 127),
    ]

    @Test("the graph of a metric is found by any name", arguments: [letters, names])
    func graphs(names: [String]) async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running()
            var metrics = JSONObject()
            for (index, name) in names.enumerated() { metrics[name] = .integer(Int64(index)) }
            try await api.call(
                .reportEpoch, session,
                body: ["attempt": 1, "epoch": 1, "step": 1, "metrics": .object(metrics)], token: token)
            for (index, name) in names.enumerated() {
                let answer = try await api.ask(
                    "GET", "/api/v1/graphs/metrics/\(PercentCoding.encoded(name))/\(session)")
                let series = answer.json["series"]?.arrayValue ?? []
                #expect(series.map { $0["name"] } == [.string(name)], "\(name): \(answer.status) \(answer.text)")
                #expect(series.first?["y"]?.arrayValue?.map(\.doubleValue) == [Double(index)], "\(name)")
                let latest = try await api.ask("GET", "/api/v1/graphs/metrics/\(PercentCoding.encoded(name))")
                #expect(latest.json["series"]?.arrayValue == series, "\(name)")
                try await api.call(
                    .getMetricHistory, session, query: "metric_name=\(PercentCoding.encoded(name))", status: 200)
            }
        }
    }

    @Test("characters that a path may hold as they are need no encoding")
    func plain() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running()
            let name = "a-b.c_d~e!f$g&h'i(j)k*l+m,n;o=p:q@r"
            try await api.call(
                .reportEpoch, session,
                body: ["attempt": 1, "epoch": 1, "step": 1, "metrics": [name: 1.0]], token: token)
            let answer = try await api.ask("GET", "/api/v1/graphs/metrics/\(name)/\(session)")
            #expect(answer.json["series"]?.arrayValue?.first?["name"] == .string(name), "\(answer.text)")
        }
    }

    @Test("an artifact is written, listed, read and deleted under any path")
    func artifacts() async throws {
        let paths =
            Self.letters.filter { $0 != "m\\x" } + [
                "a b/c d.txt", "100%", "%2F", "%", "é/日本.png", "🙂", "a?b=c&d", "a#b", "'", "\"", "`", " ", "...",
                "{path}",
            ]
        try await TestAPI.run { api in
            let session = try await api.create()
            for path in paths {
                let route = "/api/v1/training/sessions/\(session)/artifacts/"
                for target in [route + PercentCoding.encoded(path), route + Self.encodedParts(path)] {
                    var parts = TestAPI.Parts()
                    (parts.body, parts.type) = (Array(path.utf8), "text/plain")
                    let written = try await api.ask("PUT", target, parts)
                    #expect([200, 201].contains(written.status), "\(path): \(written.status) \(written.text)")
                    #expect(written.json["path"] == .string(path))
                    #expect(try await api.ask("GET", target).text == path)
                    #expect(try await api.ask("DELETE", target).status == 200, "\(path)")
                }
            }
        }
    }

    /// The path with its slashes as they are.
    private static func encodedParts(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { PercentCoding.encoded(String($0)) }
            .joined(separator: "/")
    }

    @Test(
        "an id of any letters is one that there is not",
        arguments: ["#", "a#b", "\"", "'", "`", "sess_`1`", "sess_\"", "%", "\0", "\n", "../x", "é", "a b", "🙂", "\\"])
    func ids(id: String) async throws {
        try await TestAPI.run { api in
            let text = PercentCoding.encoded(id)
            for (method, path) in [
                ("GET", "/training/sessions/\(text)"), ("POST", "/training/sessions/\(text)/start"),
                ("POST", "/training/sessions/\(text)/stop"), ("GET", "/training/sessions/\(text)/logs"),
                ("GET", "/training/sessions/\(text)/events"), ("GET", "/metrics/\(text)"), ("GET", "/epochs/\(text)"),
                ("GET", "/graphs/metrics/loss/\(text)"), ("GET", "/graphs/loss/\(text)"),
                ("GET", "/checkpoints/\(text)"), ("GET", "/checkpoints/\(text)/download"),
                ("DELETE", "/checkpoints/\(text)"), ("GET", "/training/sessions/\(text)/artifacts"),
                ("DELETE", "/training/sessions/\(text)/artifacts/a"), ("DELETE", "/webhooks/\(text)"),
                ("GET", "/training/sessions/compare?sessions=\(text),\(text)x"),
                ("GET", "/checkpoints?session_id=\(text)"),
            ] {
                let answer = try await api.ask(method, "/api/v1" + path)
                #expect(
                    answer.status == 404 || answer.status == 422, "\(method) \(path): \(answer.status) \(answer.text)")
                #expect(answer.code != nil)
            }
        }
    }

    @Test(
        "a filter of strange letters is read, or refused by its name",
        arguments: [
            "name = `x`", "`", "name = \"`\"", "name ~ '#'", "#", "name = \"", "name = '", "'\"`#\\", "params.`a` = 1",
            "metrics.\"val/loss\" < 1", "name = \"\\u0000\"", "🙂 = 1", "name = \"🙂\"", "(((((", "not", "name in (`a`)",
        ])
    func filters(filter: String) async throws {
        try await TestAPI.run { api in
            _ = try await api.create()
            let answer = try await api.ask(
                "GET", "/api/v1/training/sessions?filter=\(PercentCoding.encoded(filter))")
            #expect(answer.status == 200 || answer.field == "filter", "\(answer.status) \(answer.text)")
        }
    }

    @Test("two spellings of one name in a record are refused with what they are")
    func spellings() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running()
            let body = "{\"attempt\": 1, \"epoch\": 1, \"step\": 1, \"metrics\": {\"\u{E9}\": 1, \"e\u{301}\": 2}}"
            let parts = TestAPI.Parts(body: Array(body.utf8), type: "application/json", token: token)
            let answer = try await api.refused(.reportEpoch, [session], parts, 400, "malformed_request")
            #expect(answer.text.contains("in two spellings of the same letters"))
        }
    }

    @Test("what there is not is named in the answer")
    func named() async throws {
        try await TestAPI.run { api in
            let missing = "sess_0000000000000000"
            for (operation, body) in [
                (API.Operation.startSession, nil), (.stopSession, nil), (.updateSession, ["notes": "x"]),
                (.claimAttempt, ["lease_seconds": 60]), (.reportResult, ["name": "a", "value": 1, "source": "test"]),
            ] as [(API.Operation, JSONValue?)] {
                let parts = TestAPI.Parts(body: body?.encoded(), type: body.map { _ in "application/json" })
                let answer = try await api.refused(operation, [missing], parts, 404, "not_found")
                #expect(answer.text.contains(missing), "\(operation.id): \(answer.text)")
            }
        }
    }
}
