import Testing
import TrackingClient

@Suite struct ServerAddressTests {
    @Test(
        "An address keeps scheme, host, port and path, and drops what the client adds",
        arguments: [
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000", "127.0.0.1", 8000, true),
            ("http://localhost:9000/", "http://localhost:9000", "localhost", 9000, true),
            ("https://pivot.example.org/api/v1/", "https://pivot.example.org", "pivot.example.org", 443, false),
            ("http://[::1]:8000", "http://[::1]:8000", "::1", 8000, true),
            ("http://gateway/pivot", "http://gateway/pivot", "gateway", 80, false),
        ])
    func addresses(text: String, expected: String, host: String, port: Int, isLoopback: Bool) throws {
        let address = try ServerAddress(text)
        #expect(address.text == expected)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(
        "What is not an address is refused",
        arguments: ["", "localhost:8000", "ftp://x", "http://", "http://x?y=1", "http://u:p@x", "http://a b"])
    func refused(text: String) {
        #expect(throws: ClientError(.invalidAddress, "")) { _ = try ServerAddress(text) }
    }

    @Test("The option wins over PIVOT_URL, which wins over the standard address")
    func environment() throws {
        let environment = ["PIVOT_URL": "http://a:1"]
        #expect(try ClientConfiguration(address: "http://b:2", environment: environment).address.text == "http://b:2")
        let configuration = try ClientConfiguration(environment: environment)
        #expect(configuration.address.text == "http://a:1")
        #expect(try ClientConfiguration(environment: [:]).address == .standard)
    }
}
