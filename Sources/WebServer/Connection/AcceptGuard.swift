import Foundation
import HTTPTypes
import JSON
import Logging
import NIOCore

/// Keeps a listening socket quiet while the process has no descriptor for a connection, and refuses who comes meanwhile.
///
/// The first handler of the listening channel. Without it the event loop would try to accept again and again as long as
/// somebody waits. One descriptor is kept in reserve: it is given up to take one connection, which is answered 503 and closed
/// after a moment, before the next is looked at; so the clients know, and the processor is free.
final class AcceptGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = any Channel

    /// The time for which a refused connection is kept, so that its client can read the answer, and until the next is accepted.
    private static let pause = TimeAmount.milliseconds(50)
    /// The time between two lines of the log.
    private static let logInterval = TimeAmount.minutes(1)

    private let logger: Logger
    private var reserve: CInt
    private var isPaused = false
    private var refusedCount = 0
    private var lastLine: NIODeadline?

    init(logger: Logger) {
        self.logger = logger
        reserve = Self.openReserve()
    }

    deinit { if reserve >= 0 { close(reserve) } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            context.fireErrorCaught(error)
            return
        }
        guard !isPaused else { return }
        isPaused = true
        setAccepting(false, context)
        let refused = refuse(context)
        if refused >= 0 { refusedCount += 1 }
        tell(error)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.pause) {
            let (handler, context) = bound.value
            handler.resume(after: refused, context)
        }
    }

    private func resume(after refused: CInt, _ context: ChannelHandlerContext) {
        if refused >= 0 {
            // What the client has sent must be read, or closing would take the answer away from it.
            var room = [UInt8](repeating: 0, count: 1 << 16)
            while recv(refused, &room, room.count, CInt(MSG_DONTWAIT)) > 0 {}
            close(refused)
        }
        if reserve < 0 { reserve = Self.openReserve() }
        isPaused = false
        setAccepting(true, context)
    }

    /// Takes one connection in the place of the reserve and answers it; its descriptor, or -1 when there is none.
    private func refuse(_ context: ChannelHandlerContext) -> CInt {
        guard reserve >= 0 else { return -1 }
        close(reserve)
        reserve = -1
        var refused: CInt = -1
        do {
            try context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { socket in
                refused = accept(socket, nil, nil)
            }
        } catch {
            return -1
        }
        guard refused >= 0 else { return -1 }
        _ = fcntl(refused, F_SETFD, FD_CLOEXEC)
        let answer = Self.answer
        _ = send(refused, answer, answer.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
        shutdown(refused, CInt(SHUT_WR))
        return refused
    }

    private func setAccepting(_ isAccepting: Bool, _ context: ChannelHandlerContext) {
        do {
            try context.channel.syncOptions?.setOption(.autoRead, value: isAccepting)
        } catch {
            // The channel is closed: nothing is accepted any more.
            logger.trace("Accepting could not be changed.", metadata: ["error": "\(error)"])
        }
    }

    private func tell(_ error: IOError) {
        let now = NIODeadline.now()
        if let lastLine, now < lastLine + Self.logInterval { return }
        lastLine = now
        logger.error(
            """
            There are no descriptors left for connections, which are refused until some are free. Raise the limit of open \
            files (ulimit -n), or close idle clients.
            """, metadata: ["error": "\(error)", "refused": "\(refusedCount)"])
        refusedCount = 0
    }

    private static func openReserve() -> CInt { open("/dev/null", O_RDONLY | O_CLOEXEC) }

    private static let answer: [UInt8] = {
        let error = APIError.unavailable("The server has too many open connections. Try again in a moment.")
        let body = error.body.encoded()
        let head = """
            HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\
            Retry-After: \(error.headers[.retryAfter] ?? "1")\r\nConnection: close\r\n\r\n
            """
        return Array(head.utf8) + body
    }()
}

@available(*, unavailable)
extension AcceptGuard: Sendable {}
