import API
import HTTPTypes
import JSON
import Testing
import Tracking

/// Sessions whose trainer creates them, claims them and reports the first points with one request.
@Suite("Creating and claiming at once")
struct ClaimedCreationTests {
    private static let secret = "0123456789abcdef0123"

    private func body(_ claim: JSONObject = ["claim_secret": .string(secret)], points: JSONValue? = nil) -> JSONValue {
        var body: JSONObject = [
            "config": ["trainer": ["kind": "external"], "train": ["epochs": 3]], "session_name": "one",
            "claim": .object(claim),
        ]
        body["points"] = points
        return .object(body)
    }

    private static let points: JSONValue = [
        ["name": "loss", "step": 1, "value": 0.5], ["name": "loss", "step": 2, "value": "NaN"],
    ]

    @Test("one request creates, claims and reports; its token speaks for the attempt")
    func once() async throws {
        try await TestAPI.run { api in
            let answer = try await api.call(
                .createSession,
                body: body(["lease_seconds": 600, "host": "node", "devices": ["gpu:0"]], points: Self.points))
            let session = try #require(answer.json["session_id"]?.stringValue)
            let claim = try #require(answer.json["claim"])
            #expect(claim["attempt"] == 1 && claim["lease_seconds"] == 600 && claim["devices"] == ["gpu:0"])
            #expect(claim["accepted"] == 2)
            #expect(answer.json["status"] == "running")
            #expect(answer.headers[.location]?.hasSuffix(session) == true)
            let token = try #require(claim["token"]?.stringValue)
            try await api.call(
                .reportAttemptStarted, session, "1", body: ["first_epoch": 1, "first_step": 1], token: token)
            try await api.complete(1, of: session, token)
            let read = try await api.call(.getSession, session)
            #expect(read.json["claim"] == nil, "the token is told once")
            #expect(read.json["attempts"]?.arrayValue?.count == 1)
            let history = try await api.call(.getMetricHistory, session, query: "metric_name=loss")
            #expect(history.text.contains("0.5") && history.text.contains("NaN"))
            let types = try await api.call(.getSessionEvents, session).text
            #expect(!types.contains(token), "the log has no token")
        }
    }

    @Test("a repeat gets the same token with the secret, none without it, and adds nothing")
    func repeated() async throws {
        try await TestAPI.run { api in
            let key = ["Idempotency-Key": "once"]
            let first = try await api.call(.createSession, body: body(points: Self.points), headers: key)
            let head = api.head
            let again = try await api.call(.createSession, body: body(points: Self.points), headers: key)
            #expect(again.json["claim"] == first.json["claim"])
            #expect(again.json["session_id"] == first.json["session_id"])
            for claim in [[:], ["claim_secret": "another secret 123"]] as [JSONObject] {
                try await refused(api, body(claim, points: Self.points), 409, "claim_repeated", headers: key)
            }
            // Another claim is another command.
            let other = body(["claim_secret": .string(Self.secret), "host": "x"], points: Self.points)
            try await refused(api, other, 409, "command_conflict", headers: key)
            #expect(api.head == head)
        }
    }

    @Test("points without a claim, and points or a claim that cannot be, change nothing")
    func refused() async throws {
        try await TestAPI.run { api in
            let head = api.head
            func refuse(_ body: JSONValue, field: String) async throws {
                try await refused(api, body, 422, "invalid_field", field: field)
            }
            var unclaimed = try #require(body(points: Self.points).objectValue)
            unclaimed["claim"] = nil
            try await refuse(.object(unclaimed), field: "points")
            try await refuse(body(["claim_secret": "short"]), field: "claim.claim_secret")
            try await refuse(body(["lease": 3]), field: "claim.lease")
            try await refuse(body(points: []), field: "points")
            try await refuse(body(points: [["name": "loss", "step": -1, "value": 1]]), field: "points[0].step")
            #expect(api.head == head)
        }
    }

    private func refused(
        _ api: TestAPI, _ body: JSONValue, _ status: Int, _ code: String, field: String? = nil,
        headers: [String: String] = [:]
    ) async throws {
        let parts = TestAPI.Parts(body: body.encoded(), type: "application/json", headers: headers)
        try await api.refused(.createSession, [], parts, status, code, field: field)
    }
}
