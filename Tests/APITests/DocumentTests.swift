import API
import JSON
import Testing

@Suite("Reading and writing documents")
struct DocumentTests {
    /// What reading `text` as a request's document is refused with; nil when it is taken.
    private func refusal<D: Document>(_ type: D.Type, _ text: String) throws -> FieldError? {
        let json = try JSONValue.parse(Array(text.utf8))
        do throws(FieldError) {
            _ = try D(json, strictly: true)
            return nil
        } catch {
            return error
        }
    }

    @Test("a field that a request does not have is refused with the nearest one, and passed over in an answer")
    func unknownFields() throws {
        let error = try #require(
            try refusal(EpochReport.self, #"{"attempt":1,"epoch":1,"stepp":2,"step":2,"metrics":{}}"#))
        #expect(error.field == "stepp")
        #expect(error.reason.contains("step"))
        let answer = try JSONValue.parse(Array(#"{"status":"ok","later":1}"#.utf8))
        #expect(try PingInfo(answer, strictly: false) == PingInfo())
    }

    @Test(
        "what lies outside of the limits is refused with its place",
        arguments: [
            (#"{"attempt":0,"lines":[{"text":"a"}]}"#, "attempt"),
            (#"{"attempt":1,"lines":[]}"#, "lines"),
            (#"{"attempt":1,"lines":[{"text":"a"},{"text":"a","level":"loud"}]}"#, "lines[1].level"),
            (#"{"attempt":1,"rank":65536,"lines":[{"text":"a"}]}"#, "rank"),
            (#"{"attempt":1,"command_id":"a b","lines":[{"text":"a"}]}"#, "command_id"),
        ])
    func limits(_ text: String, _ field: String) throws {
        #expect(try refusal(LogReport.self, text)?.field == field)
    }

    @Test("a sample of a host has at least one figure and at most a thousand")
    func figures() throws {
        func report(_ count: Int) -> String {
            let figures = (0..<count).map { #""f\#($0)":1"# }.joined(separator: ",")
            return #"{"attempt":1,"readings":[{"values":{\#(figures)}}]}"#
        }
        #expect(try refusal(HostReadingReport.self, report(0))?.field == "readings[0].values")
        #expect(try refusal(HostReadingReport.self, report(1)) == nil)
        #expect(try refusal(HostReadingReport.self, report(1000)) == nil)
        #expect(try refusal(HostReadingReport.self, report(1001))?.field == "readings[0].values")
    }

    @Test("a claim names its attempt and how long its lease holds")
    func claims() throws {
        var claim = ClaimInfo()
        claim.receipt.attempt = 3
        claim.receipt.leaseSeconds = 30
        claim.token = "t"
        #expect(try ClaimInfo(claim.json, strictly: false) == claim)
        claim.receipt.leaseSeconds = nil
        #expect(throws: FieldError("lease_seconds", "is required")) { try ClaimInfo(claim.json, strictly: false) }
    }

    @Test("a path takes its parameters in their order, and the last one takes the rest")
    func targets() {
        #expect(API.Operation.getSession.target(["a b"]) == "/api/v1/training/sessions/a%20b")
        #expect(
            API.Operation.downloadArtifact.target(["s", "plots", "loss.png"])
                == "/api/v1/training/sessions/s/artifacts/plots/loss.png")
        #expect(API.Operation.getServerTelemetry.target() == "/metrics")
    }
}
