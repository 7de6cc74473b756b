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

    private static func request(_ fields: HTTPFields) -> HTTPRequest {
        HTTPRequest(method: .get, scheme: nil, authority: "localhost", path: "/", headerFields: fields)
    }

    private static let (site, mode, destination) = (
        HTTPField.Name("Sec-Fetch-Site")!, HTTPField.Name("Sec-Fetch-Mode")!, HTTPField.Name("Sec-Fetch-Dest")!
    )

    @Test(
        "what a page of another site makes a browser send is refused where it is of no use to people",
        arguments: [
            ([:], true, true), ([site: "none"], true, true), ([site: "same-origin"], true, true),
            ([site: "cross-site", mode: "no-cors", destination: "image"], false, false),
            ([site: "cross-site", mode: "navigate", destination: "iframe"], false, false),
            ([site: "cross-site", mode: "navigate", destination: "document"], false, true),
            ([site: "cross-site", .referer: "https://foreign.example/localhost"], false, false),
            ([site: "cross-site", .referer: "https://plots.example.org/page?a=b"], true, true),
            ([site: "cross-site", .origin: "https://plots.example.org"], true, true),
            ([site: "cross-site", .origin: "http://localhost:3000"], true, true),
            ([site: "cross-site", .origin: "null", .referer: "https://plots.example.org/"], false, false),
        ] as [(HTTPFields, Bool, Bool)])
    func sites(fields: HTTPFields, passes: Bool, passesAsLink: Bool) throws {
        let policy = HostPolicy(origins: ["https://plots.example.org"])
        for (use, isAllowed) in [(Route.CrossSiteUse.none, passes), (.links, passesAsLink), (.everything, true)] {
            if isAllowed {
                try policy.checkSite(of: Self.request(fields), use: use)
            } else {
                #expect(throws: APIError(.forbidden, code: "cross_site", message: "")) {
                    try policy.checkSite(of: Self.request(fields), use: use)
                }
            }
        }
        var form = Self.request([Self.site: "cross-site", Self.mode: "navigate", Self.destination: "document"])
        form.method = .post
        #expect(throws: APIError(.forbidden, code: "cross_site", message: "")) {
            try policy.checkSite(of: form, use: .links)
        }
    }

    @Test("configured names pass, and a star lets every name pass")
    func configured() throws {
        try HostPolicy(additionalNames: ["Pivot.Lab"]).check(host: "pivot.lab:80", origins: ["https://pivot.lab"])
        try HostPolicy(additionalNames: ["*"]).check(host: "anything", origins: ["null"])
    }
}
