import API
import JSON
import TestSupport
import Testing
import Tracking
import TrackingClient

@Suite struct APIClientTests {
    @Test("A session is created from what is given, with an idempotency key, and read back typed")
    func create() async throws {
        try await withStub(answer: { _, _ in .json(sessionDocument, status: 201) }) { client, server, _ in
            var new = NewSession(configuration: ["train": ["epochs": 5]])
            new.sessionName = "one"
            new.tags = ["a"]
            new.overrides = ["train.seed": 7]
            let session = try await client.createSession(new)
            #expect(session.id == "sess_1")
            #expect(session.status == .running)
            #expect(session.latestMetrics == [MetricValue(name: "val_loss", value: 0.25)])
            #expect(session.tags == ["a"])
            let request = try #require(server.requests.first)
            #expect(request.method == "POST")
            #expect(request.target == "/api/v1/training/sessions")
            #expect(request["Content-Type"] == "application/json")
            #expect(request["Idempotency-Key"]?.hasPrefix("cmd_") == true)
            #expect(
                try JSONValue.parse(request.body) == [
                    "config": ["train": ["epochs": 5]], "session_name": "one", "tags": ["a"],
                    "overrides": ["train.seed": 7],
                ])
        }
    }

    @Test("Start and stop come without body and Content-Type")
    func emptyBodies() async throws {
        try await withStub(answer: { _, _ in .json(sessionDocument, status: 202) }) { client, server, _ in
            _ = try await client.startSession("sess_1")
            _ = try await client.stopSession("sess_1", wait: .milliseconds(2500))
            #expect(
                server.requests.map(\.target) == [
                    "/api/v1/training/sessions/sess_1/start", "/api/v1/training/sessions/sess_1/stop?wait=2.5",
                ])
            for request in server.requests {
                #expect(request.body.isEmpty)
                #expect(request["Content-Type"] == nil)
                #expect(request["Content-Length"] == "0")
            }
        }
    }

    @Test("Every filter becomes a query parameter, encoded")
    func filters() async throws {
        try await withStub(answer: { _, _ in
            .json(#"{"sessions":[\#(sessionDocument)],"total":7,"limit":1,"offset":0,"new":true}"#)
        }) { client, server, _ in
            var query = SessionQuery()
            query.statuses = [.running, .queued]
            query.tags = ["a b", "c&d"]
            query.experiment = "é"
            query.condition = "metrics.val_loss <= 0.5"
            query.includesArchived = true
            query.limit = 1
            let page = try await client.sessions(query)
            #expect(page.total == 7)
            #expect(page.sessions.map(\.id) == ["sess_1"])
            #expect(
                server.requests.first?.target
                    == "/api/v1/training/sessions?status=running%2Cqueued&tag=a%20b&tag=c%26d&experiment=%C3%A9"
                    + "&filter=metrics.val_loss%20%3C%3D%200.5&archived=include&limit=1")
        }
    }

    @Test("A refusal keeps status, code, message and details")
    func refusal() async throws {
        try await withStub(answer: { _, _ in .error(404, "not_found") }) { client, server, _ in
            let error = await failure { () throws(ClientError) in _ = try await client.session("sess_2") }
            #expect(error?.status == 404)
            #expect(error?.serverCode == "not_found")
            #expect(error?.message == "It is not_found.")
            #expect(error?.details["field"] == "x")
            #expect(server.requests.count == 1)
        }
    }

    @Test("An answer that is not PIVOT's says so")
    func foreignServer() async throws {
        try await withStub(answer: { _, index in
            index == 0 ? .json("<html>", status: 404) : .json("<html>")
        }) { client, _, _ in
            let refused = await failure { () throws(ClientError) in _ = try await client.health() }
            #expect(refused?.code == .refused(status: 404, code: "unknown"))
            #expect(refused?.message.contains("not by a PIVOT server") == true)
            let unexpected = await failure { () throws(ClientError) in _ = try await client.health() }
            #expect(unexpected?.code == .unexpectedAnswer)
        }
    }

    @Test("A document without a promised field is unexpected and names the field")
    func missingField() async throws {
        try await withStub(answer: { _, _ in .json(#"{"status":"healthy","version":"1"}"#) }) { client, _, _ in
            let error = await failure { () throws(ClientError) in _ = try await client.health() }
            #expect(error?.code == .unexpectedAnswer)
            #expect(error?.message.contains("position is required") == true)
        }
    }

    @Test("An overloaded server is asked again after what it says, with the same key and body")
    func retries() async throws {
        try await withStub(answer: { _, index in
            switch index {
            case 0: .error(503, "overloaded", headers: [("Retry-After", "3")])
            case 1: Self.cut
            default: .json(sessionDocument, status: 201)
            }
        }) { client, server, clock in
            _ = try await client.createSession(NewSession(path: "configs/train.yaml"))
            #expect(server.requests.count == 3)
            #expect(Set(server.requests.map { $0["Idempotency-Key"] }).count == 1)
            #expect(Set(server.requests.map(\.body)).count == 1)
            #expect(clock.sleeps == [.seconds(3), .milliseconds(300)])
        }
    }

    @Test("A deletion whose answer is lost is sent again under its key")
    func deletion() async throws {
        try await withStub(answer: { _, index in
            index == 0 ? Self.cut : .error(404, "not_found")
        }) { client, server, _ in
            let error = await failure { () throws(ClientError) in _ = try await client.deleteCheckpoint("ckpt_1") }
            #expect(error?.status == 404)
            #expect(server.requests.map(\.method) == ["DELETE", "DELETE"])
            #expect(Set(server.requests.map { $0["Idempotency-Key"] }).count == 1)
        }
    }

    @Test("What takes no key is not sent again when its answer is lost")
    func noRetry() async throws {
        try await withStub(answer: { _, _ in Self.cut }) { client, server, clock in
            let error = await failure { () throws(ClientError) in _ = try await client.rebuildReadModels() }
            #expect(error?.code == .interrupted)
            #expect(server.requests.map { $0["Idempotency-Key"] } == [nil])
            #expect(clock.sleeps.isEmpty)
        }
    }

    @Test("A server that is not there is unreachable, and the message says what to do")
    func unreachable() async throws {
        let port = try RefusingPort()
        defer { withExtendedLifetime(port) {} }
        let address = try ServerAddress("http://127.0.0.1:\(port.number)")
        let clock = ImmediateClock()
        let client = APIClient(ClientConfiguration(address: address), clock: clock, random: { 0 })
        let error = await failure { () throws(ClientError) in _ = try await client.deleteCheckpoint("ckpt_1") }
        try await client.shutDown()
        #expect(error?.code == .unreachable)
        #expect(error?.message.contains("the connection was refused") == true)
        #expect(error?.message.contains("pivot serve") == true)
        #expect(clock.sleeps == [.milliseconds(100), .milliseconds(200)])
    }

    @Test("The owner's secret comes only with what may start a program")
    func ownerSecret() async throws {
        let server = try await StubServer { _, _ in .json(sessionDocument, status: 201) }
        var configuration = ClientConfiguration(address: try ServerAddress(server.url))
        configuration.ownerSecret = { "s" }
        let client = APIClient(configuration)
        _ = try await client.createSession(NewSession())
        _ = try await client.startSession("sess_1")
        _ = try await client.reproduceSession("sess_1", ReproductionRequest())
        try await client.shutDown()
        try await server.stop()
        #expect(server.requests.map { $0["Authorization"] } == ["Local s", nil, "Local s"])
    }

    @Test("A redaction is asked for as the caller says, and its answer read")
    func redaction() async throws {
        var answer = RedactionInfo()
        (answer.sessionID, answer.kinds, answer.reason) = ("sess_1", [.logs], "names")
        (answer.recordCount, answer.byteCount, answer.position) = (3, 90, 12)
        let server = try await StubServer { [answer] _, _ in .json(String(decoding: answer.encoded(), as: UTF8.self)) }
        let client = APIClient(ClientConfiguration(address: try ServerAddress(server.url)))
        var request = RedactionRequest()
        (request.kinds, request.reason, request.before) = ([.logs], "names", Timestamp("2026-01-31T12:00:00Z"))
        #expect(try await client.redactSession("sess_1", request, command: "once") == answer)
        try await client.shutDown()
        try await server.stop()
        let sent = try #require(server.requests.first)
        #expect(sent.target == "/api/v1/training/sessions/sess_1/redact" && sent["Idempotency-Key"] == "once")
    }

    @Test("An attempt sends its lease")
    func authorization() async throws {
        let server = try await StubServer { request, _ in
            request.target.hasSuffix("/attempts")
                ? .json(Self.claim.text, status: 201) : .json(Self.claim.receipt.text)
        }
        let client = APIClient(ClientConfiguration(address: try ServerAddress(server.url)))
        let attempt = try await client.claim("sess_1", AttemptClaim())
        let receipt = try await attempt.renew()
        _ = try await attempt.finish(.failed(message: "no data"), epoch: 1, step: 20)
        try await client.shutDown()
        try await server.stop()
        #expect(receipt.stopRequested)
        #expect(receipt.leaseDuration == .seconds(30))
        #expect(server.requests.map { $0["Authorization"] } == [nil, "Lease t", "Lease t"])
        #expect(server.requests[1].target == "/api/v1/training/sessions/sess_1/attempts/2/renew")
        #expect(
            try JSONValue.parse(server.requests[2].body)
                == ["attempt": 2, "outcome": "failed", "message": "no data", "epoch": 1, "step": 20])
    }

    private static let claim: ClaimInfo = {
        var claim = ClaimInfo()
        claim.receipt.sessionID = "sess_1"
        claim.receipt.attempt = 2
        claim.receipt.stopRequested = true
        claim.receipt.leaseSeconds = 30
        claim.token = "t"
        return claim
    }()

    private static let cut = StubServer.Reply(body: Array("{".utf8), statedByteCount: 100, cuts: true)
}
