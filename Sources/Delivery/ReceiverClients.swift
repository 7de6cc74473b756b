import AsyncHTTPClient
import Dispatch
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// The clients of receivers: one for each host at one address, so that a connection is used for one delivery after another.
///
/// A client connects to that address alone, whatever the name service says later. A connection that is not used for some seconds is
/// closed, and of many clients those that were used last are kept.
final class ReceiverClients: Sendable {
    private struct Key: Hashable {
        var host: String
        var address: String
    }

    private struct State {
        var clients: [Key: (client: HTTPClient, uses: Int, lastUse: UInt64)] = [:]
        var uses: UInt64 = 0
    }

    /// The most clients that are kept while nothing is sent by them.
    private static let maximumCount = 256
    private static let idleTime = TimeAmount.seconds(15)
    /// The priority that the thread gives up.
    private static let niceness: Int32 = 10

    private let timeout: TimeAmount
    /// One thread of its own, which gives way to those that answer requests.
    private let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let state = Mutex(State())

    /// - Parameter timeout: The time that a receiver has to take something, and to answer.
    init(timeout: TimeAmount) {
        self.timeout = timeout
        eventLoops.next().execute {
            // On Linux it is each thread's own; a system that refuses leaves it as it is.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
        }
    }

    deinit {
        let clients = DispatchGroup()
        for (client, _, _) in state.withLock({ Array($0.clients.values) }) {
            clients.enter()
            client.shutdown { _ in clients.leave() }
        }
        clients.notify(queue: .global()) { [eventLoops] in eventLoops.shutdownGracefully { _ in } }
    }

    /// Returns what `body` makes of the client for a host at an address.
    func with<Result: Sendable>(
        host: String, address: SocketAddress, _ body: (HTTPClient) async -> Result
    ) async -> Result {
        let key = Key(host: host, address: address.ipAddress ?? host)
        let client = state.withLock { state in
            state.uses += 1
            let known = state.clients[key]
            let client = known?.client ?? makeClient(key)
            state.clients[key] = (client, (known?.uses ?? 0) + 1, state.uses)
            return client
        }
        let result = await body(client)
        for client in released(key) { client.shutdown { _ in } }
        return result
    }

    /// The clients that are not kept, once one is not used any more.
    private func released(_ key: Key) -> [HTTPClient] {
        state.withLock { state in
            state.clients[key]?.uses -= 1
            guard state.clients.count > Self.maximumCount else { return [] }
            let idle = state.clients.filter { $0.value.uses == 0 }.sorted { $0.value.lastUse < $1.value.lastUse }
            return idle.prefix(state.clients.count - Self.maximumCount).compactMap { entry in
                state.clients.removeValue(forKey: entry.key)?.client
            }
        }
    }

    private func makeClient(_ key: Key) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10), read: timeout, write: timeout))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = Self.idleTime
        configuration.dnsOverride = [key.host: key.address]
        return HTTPClient(eventLoopGroupProvider: .shared(eventLoops), configuration: configuration)
    }
}
