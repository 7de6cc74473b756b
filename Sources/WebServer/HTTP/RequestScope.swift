import HTTPTypes
package import Hummingbird
import Logging
package import NIOCore

/// The context of a request: what is known of it beside the request itself.
package struct RequestScope: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The connection's channel.
    package let channel: any Channel
    /// Read once, before anything is decided.
    package internal(set) var credentials: Credentials?

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The address of the peer, without its port; `unknown` when it has none.
    package var clientAddress: String { channel.remoteAddress?.ipAddress ?? "unknown" }

    /// True when the peer is on this machine: 127.0.0.0/8, ::1, or no network address at all.
    package var isLoopback: Bool {
        guard let address = channel.remoteAddress?.ipAddress else { return true }
        return address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
    }
}
