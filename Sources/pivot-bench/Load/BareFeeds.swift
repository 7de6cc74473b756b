import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// What the machine can do at most for feeds: a server of nothing but NIO writes the same bytes to all of its sockets, over and over,
/// while one thread takes them.
enum BareFeeds {
    private final class Connections: Sendable {
        let all = Mutex<[any Channel]>([])
        let isOver = Atomic(false)

        /// Writes to those of `loop`, then again, until it is over.
        func sweep(_ channels: [any Channel], _ bytes: ByteBuffer, on loop: any EventLoop) {
            for channel in channels where channel.isWritable { channel.writeAndFlush(bytes, promise: nil) }
            guard !isOver.load(ordering: .relaxed) else { return }
            loop.scheduleTask(in: .microseconds(50)) { self.sweep(channels, bytes, on: loop) }
        }
    }

    /// Writes of `byteCount` bytes a second that arrive, over `count` sockets.
    static func writesPerSecond(count: Int, byteCount: Int, seconds: Double) async throws -> Double {
        let connections = Connections()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelInitializer { channel in
                connections.all.withLock { $0.append(channel) }
                return channel.eventLoop.makeSucceededVoidFuture()
            }.bind(host: "127.0.0.1", port: 0).get()
        let clients = try (0..<count).map { _ in try HTTPConnection(port: server.localAddress?.port ?? 0) }
        while connections.all.withLock({ $0.count }) < count { try await Task.sleep(for: .milliseconds(5)) }
        let bytes = ByteBuffer(repeating: 65, count: byteCount)
        let loops = Dictionary(grouping: connections.all.withLock { $0 }) { ObjectIdentifier($0.eventLoop) }
        for channels in loops.values {
            let loop = channels[0].eventLoop
            loop.execute { connections.sweep(channels, bytes, on: loop) }
        }
        var descriptors = clients.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var receivedCount = 0
        let begin = ContinuousClock.now
        while begin.duration(to: .now).seconds < seconds {
            _ = poll(&descriptors, nfds_t(descriptors.count), 10)
            for descriptor in descriptors where descriptor.revents != 0 {
                receivedCount += max(0, recv(descriptor.fd, &buffer, buffer.count, Int32(MSG_DONTWAIT)))
            }
        }
        let writes = Double(receivedCount / byteCount) / begin.duration(to: .now).seconds
        // Those whose descriptors are polled close when they are let go.
        withExtendedLifetime(clients) {}
        connections.isOver.store(true, ordering: .relaxed)
        try await server.close()
        for channel in connections.all.withLock({ $0 }) { channel.close(promise: nil) }
        try await group.shutdownGracefully()
        return writes
    }
}
