import NIOCore
import NIOPosix

/// Finds the one address of a host that is then connected to, so that no second answer of the name service can lead elsewhere.
struct AddressLookup: Sendable {
    let policy: NetworkPolicy

    enum Failure: Error, CustomStringConvertible {
        case unknown(String)
        case refused(host: String, address: String, leadsTo: String)

        var description: String {
            switch self {
            case .unknown(let host): "The host '\(host)' is not known to the name service."
            case .refused(let host, let address, let place):
                "The host '\(host)' is at \(address), which leads to \(place). Name its network in the server's "
                    + "webhooks.allowed_networks, or with serve --webhook-network, if it may be sent to."
            }
        }
    }

    /// The address of `host`, if it may be sent to.
    func address(of host: String, port: Int) async throws(Failure) -> SocketAddress {
        let name = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let address: SocketAddress
        do {
            // Names are asked for on threads of their own, since the system's function waits.
            address = try await NIOThreadPool.singleton.runIfActive {
                try SocketAddress.makeAddressResolvingHost(name, port: port)
            }
        } catch {
            throw .unknown(host)
        }
        if let place = policy.refusal(of: address) {
            throw .refused(host: host, address: address.ipAddress ?? "\(address)", leadsTo: place)
        }
        return address
    }
}
