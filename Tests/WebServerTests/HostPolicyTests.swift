import HTTPTypes
import Testing
import WebServer

@Suite("Host policy")
struct HostPolicyTests {
    @Test(
        "loopback names pass with any port",
        arguments: ["localhost", "localhost:8000", "LOCALHOST:1", "127.0.0.1:65535", "[::1]", "[::1]:8000"])
    func loopback(host: String) throws {
        try HostPolicy().check(host: host, origins: [])
        try HostPolicy().check(host: "localhost", origins: ["http://" + host, "https://" + host])
    }

    @Test(
        "other names are refused",
        arguments: [
            "example.com", "localhost.example.com", "127.0.0.1.example.com", "evil-localhost", "localhost:80:80",
            "localhost:port", "", ":8000", "[::1", "localhost@evil.com",
        ])
    func foreign(host: String) {
        #expect(throws: APIError(.forbidden, code: "foreign_host", message: "")) {
            try HostPolicy().check(host: host, origins: [])
        }
        #expect(throws: APIError(.forbidden, code: "foreign_origin", message: "")) {
            try HostPolicy().check(host: "localhost", origins: ["http://" + host])
        }
    }

    @Test(
        "origins that are no web pages of ours are refused",
        arguments: ["null", "file://", "ftp://localhost", "localhost"])
    func strangeOrigins(origin: String) {
        #expect(throws: APIError(.forbidden, code: "foreign_origin", message: "")) {
            try HostPolicy().check(host: "localhost", origins: [origin])
        }
    }

    @Test("configured names pass, and a star lets every name pass")
    func configured() throws {
        try HostPolicy(additionalNames: ["Pivot.Lab"]).check(host: "pivot.lab:80", origins: ["https://pivot.lab"])
        try HostPolicy(additionalNames: ["*"]).check(host: "anything", origins: ["null"])
    }
}
