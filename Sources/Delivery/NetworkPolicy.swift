package import NIOCore

/// The addresses that may be sent to: every public one, and others only in networks that the server's configuration names.
///
/// Without it, whoever can create a webhook could have the server talk to what only the server reaches: its own machine,
/// its neighbours, the metadata service of a cloud. The lists are IANA's registries of special-purpose IPv4 and IPv6 addresses
/// (RFC 6890).
package struct NetworkPolicy: Sendable {
    /// A network such as `10.0.0.0/8` or `fd00::/8`.
    package struct Network: Sendable, Equatable {
        let bytes: [UInt8]
        let length: Int

        /// Nil when `text` is not an address, perhaps with a prefix length behind a slash.
        package init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2, let first = parts.first,
                let address = try? SocketAddress(ipAddress: String(first), port: 0), let bytes = address.ipBytes
            else { return nil }
            var length = 8 * bytes.count
            if parts.count == 2 {
                guard let number = Int(parts[1]), (0...length).contains(number) else { return nil }
                length = number
            }
            self.bytes = bytes
            self.length = length
        }

        func contains(_ address: [UInt8]) -> Bool {
            guard address.count == bytes.count else { return false }
            for bit in stride(from: 0, to: length, by: 8) {
                let mask = UInt8(truncatingIfNeeded: 0xFF00 >> min(length - bit, 8))
                if (address[bit / 8] ^ bytes[bit / 8]) & mask != 0 { return false }
            }
            return true
        }
    }

    private static let special: [(network: String, name: String)] = [
        ("0.0.0.0/8", "this machine"), ("10.0.0.0/8", "a private network"), ("100.64.0.0/10", "a provider's network"),
        ("127.0.0.0/8", "this machine"), ("169.254.0.0/16", "the local link"), ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "a reserved network"), ("192.0.2.0/24", "a network of examples"),
        ("192.88.99.0/24", "a reserved network"), ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "a network of tests"), ("198.51.100.0/24", "a network of examples"),
        ("203.0.113.0/24", "a network of examples"), ("224.0.0.0/4", "many machines"),
        ("240.0.0.0/4", "a reserved network"), ("::/128", "this machine"), ("::1/128", "this machine"),
        ("64:ff9b::/96", "an IPv4 network"), ("64:ff9b:1::/48", "an IPv4 network"), ("100::/64", "nothing"),
        ("2001::/23", "a reserved network"), ("2001:db8::/32", "a network of examples"),
        ("2002::/16", "an IPv4 network"),
        ("fc00::/7", "a private network"), ("fe80::/10", "the local link"), ("fec0::/10", "a private network"),
        ("ff00::/8", "many machines"),
    ]
    private static let refused = special.compactMap { entry in
        Network(entry.network).map { (network: $0, name: entry.name) }
    }

    private let allowed: [Network]

    package init(allowing allowed: [Network]) { self.allowed = allowed }

    /// What the address leads to, when it may not be sent to; else nil.
    package func refusal(of address: SocketAddress) -> String? {
        guard var bytes = address.ipBytes else { return "no network" }
        // An IPv4 address inside an IPv6 one is that IPv4 address.
        if bytes.count == 16, bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
            bytes = Array(bytes[12...])
        }
        if allowed.contains(where: { $0.contains(bytes) }) { return nil }
        return Self.refused.first { $0.network.contains(bytes) }?.name
    }
}

extension SocketAddress {
    /// The address without its port; nil for those that have none.
    ///
    /// Read where the system's structures have it: behind family and port (RFC 3493, section 3.3; IPv4 alike).
    var ipBytes: [UInt8]? {
        switch self {
        case .v4(let address): withUnsafeBytes(of: address.address) { Array($0[4..<8]) }
        case .v6(let address): withUnsafeBytes(of: address.address) { Array($0[8..<24]) }
        case .unixDomainSocket: nil
        }
    }
}
