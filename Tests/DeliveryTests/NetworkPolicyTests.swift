import Delivery
import NIOCore
import Testing

@Suite("Addresses that may be sent to")
struct NetworkPolicyTests {
    private static func refusal(_ address: String, allowing networks: [String] = []) throws -> String? {
        let policy = NetworkPolicy(allowing: networks.compactMap { NetworkPolicy.Network($0) })
        return policy.refusal(of: try SocketAddress(ipAddress: address, port: 80))
    }

    @Test("public addresses may", arguments: ["8.8.8.8", "172.32.0.1", "100.128.0.1", "193.0.0.1", "2606:4700::1111"])
    func publicOnes(_ address: String) throws { #expect(try Self.refusal(address) == nil) }

    @Test(
        "others may not",
        arguments: [
            "127.0.0.1", "127.255.0.9", "0.0.0.0", "10.9.8.7", "172.16.0.1", "172.31.255.255", "192.168.1.1",
            "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1",
            "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        ])
    func others(_ address: String) throws { #expect(try Self.refusal(address) != nil) }

    @Test("a network that is allowed counts to its last bit, also for addresses in IPv6 clothes")
    func allowed() throws {
        #expect(try Self.refusal("127.0.0.1", allowing: ["127.0.0.0/8"]) == nil)
        #expect(try Self.refusal("::ffff:127.0.0.1", allowing: ["127.0.0.0/8"]) == nil)
        #expect(try Self.refusal("::1", allowing: ["127.0.0.0/8"]) != nil)
        #expect(try Self.refusal("10.1.127.1", allowing: ["10.1.0.0/17"]) == nil)
        #expect(try Self.refusal("10.1.128.1", allowing: ["10.1.0.0/17"]) != nil)
        #expect(try Self.refusal("10.0.0.1", allowing: ["0.0.0.0/0"]) == nil)
        #expect(try Self.refusal("10.0.0.1", allowing: ["10.0.0.1"]) == nil)
        #expect(try Self.refusal("fd00::1", allowing: ["fd00::/8"]) == nil)
    }

    @Test(
        "what is no network is none",
        arguments: ["", "local", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/8/8", "::/129", "10.0.0.0/-1"])
    func noNetwork(_ text: String) { #expect(NetworkPolicy.Network(text) == nil) }
}
