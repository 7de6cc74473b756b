import Foundation
import HTTPTypes
import JSON
import Logging
import NIOCore
import Synchronization

/// Bounds the connections of a listening socket, and refuses who comes when there are as many, or when the process has no
/// descriptor left.
///
/// The first handler of the listening channel. While the bound is reached nothing is accepted by the channel, whose event loop
/// would otherwise try again and again. A few of those who wait are taken at a time instead, answered 503, and closed after a
/// moment: the clients know, and the processor is free. The bound leaves descriptors for files; a process without any would
/// not only fail its requests, since the system's libraries end it when they cannot read how it is doing.
final class AcceptGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    /// The connections that all listening sockets of a server share.
    final class Count: Sendable {
        private let limit: Int
        private let count = Atomic<Int>(0)

        /// - Parameter limit: The most connections.
        init(limit: Int) { self.limit = limit }

        var isFull: Bool { count.load(ordering: .relaxed) >= limit }

        func add(_ change: Int) { count.wrappingAdd(change, ordering: .relaxed) }
    }

    /// The time for which refused connections are kept, so that their clients can read the answer, and until more are looked at.
    private static let pause = TimeAmount.milliseconds(50)
    /// The most connections that are refused in that time.
    private static let refusalLimit = 16
    /// The time between two lines of the log.
    private static let logInterval = TimeAmount.minutes(1)

    private let count: Count
    private let logger: Logger
    private var isPaused = false
    /// Refused since the last line of the log.
    private var refusedCount = 0
    private var lastLine: NIODeadline?

    init(count: Count, logger: Logger) {
        self.count = count
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        count.add(1)
        Self.unwrapInboundIn(data).closeFuture.whenComplete { [count] _ in count.add(-1) }
        context.fireChannelRead(data)
        if count.isFull { pause(context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            context.fireErrorCaught(error)
            return
        }
        pause(context)
    }

    private func pause(_ context: ChannelHandlerContext) {
        guard !isPaused else { return }
        isPaused = true
        setAccepting(false, context)
        refuse(context)
    }

    /// Answers those who wait, and looks again after a moment.
    private func refuse(_ context: ChannelHandlerContext) {
        let refused = count.isFull ? Self.refuseWaiting(at: context) : []
        refusedCount += refused.count
        if !refused.isEmpty || !count.isFull { tell() }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.pause) {
            let (handler, context) = bound.value
            for descriptor in refused { Self.end(descriptor) }
            guard context.channel.isActive else { return }
            if handler.count.isFull {
                handler.refuse(context)
            } else {
                handler.isPaused = false
                handler.setAccepting(true, context)
            }
        }
    }

    /// Takes some of the connections that wait and answers them; their descriptors.
    private static func refuseWaiting(at context: ChannelHandlerContext) -> [CInt] {
        var refused: [CInt] = []
        do {
            try context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { socket in
                while refused.count < refusalLimit {
                    let descriptor = accept(socket, nil, nil)
                    guard descriptor >= 0 else { return }
                    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                    _ = send(descriptor, answer, answer.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
                    shutdown(descriptor, CInt(SHUT_WR))
                    refused.append(descriptor)
                }
            }
        } catch {
            // The channel is closed.
        }
        return refused
    }

    /// Closes a refused connection. What its client has sent is read before, or closing would take the answer away from it.
    private static func end(_ descriptor: CInt) {
        var room = [UInt8](repeating: 0, count: 1 << 16)
        while recv(descriptor, &room, room.count, CInt(MSG_DONTWAIT)) > 0 {}
        close(descriptor)
    }

    private func setAccepting(_ isAccepting: Bool, _ context: ChannelHandlerContext) {
        do {
            try context.channel.syncOptions?.setOption(.autoRead, value: isAccepting)
        } catch {
            // The channel is closed: nothing is accepted any more.
            logger.trace("Accepting could not be changed.", metadata: ["error": "\(error)"])
        }
    }

    private func tell() {
        let now = NIODeadline.now()
        if let lastLine, now < lastLine + Self.logInterval { return }
        lastLine = now
        logger.error(
            """
            There are as many connections as this process may have; more are refused. Close idle clients, or raise the limit of \
            open files (ulimit -n).
            """, metadata: ["refused": "\(refusedCount)"])
        refusedCount = 0
    }

    private static let answer: [UInt8] = {
        let error = APIError.unavailable("The server has too many open connections. Try again in a moment.")
        let body = error.body.encoded()
        let head =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n"
            + "Retry-After: \(error.headers[.retryAfter] ?? "1")\r\nConnection: close\r\n\r\n"
        return Array(head.utf8) + body
    }()
}

@available(*, unavailable)
extension AcceptGuard: Sendable {}
