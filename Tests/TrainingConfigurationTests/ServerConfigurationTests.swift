import JSON
import Testing
import TrainingConfiguration

@Suite("The server's configuration")
struct ServerConfigurationTests {
    private func resolve(_ yaml: String) throws -> ServerConfiguration {
        try ServerConfiguration(resolving: ConfigurationSource(yaml: yaml))
    }

    @Test("origins are taken as browsers write them")
    func origins() throws {
        let configuration = try resolve(#"allowed_origins: ["*", "https://a.example", "http://localhost:3000"]"#)
        #expect(configuration.allowedOrigins == ["*", "https://a.example", "http://localhost:3000"])
        #expect(try resolve("port: 1").allowedOrigins == [])
    }

    @Test("the log's name and its witnesses are read; without them the log has the name of its key, and no witness")
    func audit() throws {
        let audit = try resolve(
            "audit: {origin: lab, witnesses: [{url: 'https://w.example', key: 'w+00000000+BA=='}]}"
        ).audit
        #expect(audit.origin == "lab")
        #expect(audit.witnesses.map(\.url) == ["https://w.example"])
        #expect(audit.witnesses.map(\.key) == ["w+00000000+BA=="])
        let nothing = try resolve("port: 1").audit
        #expect(nothing.origin == nil && nothing.witnesses.isEmpty)
        #expect(throws: ConfigurationError.self) { try resolve("audit: {witnesses: [{url: 'https://w.example'}]}") }
    }

    @Test(
        "what no browser sends as an origin is refused",
        arguments: [
            "a.example", "https://a.example/", "https://A.example", "https://", "ftp://a", "null", "https://u@a",
        ])
    func notOrigins(text: String) {
        do {
            _ = try resolve("allowed_origins: ['https://a', '\(text)']")
            Issue.record("not refused")
        } catch let error as ConfigurationError {
            #expect(error.first.path == "allowed_origins[1]")
        } catch {
            Issue.record(error)
        }
    }
}
