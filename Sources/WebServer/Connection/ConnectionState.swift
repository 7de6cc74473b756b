import DequeModule
import HTTPTypes
import JSON
package import NIOCore
package import NIOHTTP1

/// The life of one HTTP connection as rules: what is waited for, until when, and what is answered when it does not come.
///
/// Pure: the time is an argument, and what is to be done is returned. `ConnectionHandler` performs it.
package struct ConnectionState {
    /// The action that the performer is to take.
    package enum Action {
        case nothing
        /// Write this answer, then close in the orderly way.
        case refuse(APIError)
        /// Fail the body that is being read with this answer; the response will follow from above.
        case failBody(APIError)
        /// Close the sending side, read on for a while, then close.
        case close
        /// Close at once.
        case abort
    }

    /// The treatment of a part that came from the client.
    package enum Inbound: Equatable {
        case forward
        case drop
    }

    /// The changes to a response's head beside what its author wrote.
    package struct HeadEdit: Equatable {
        /// The version that the client speaks.
        package var version: HTTPVersion
        /// `close`, `keep-alive`, or nothing to say.
        package var connection: String?
    }

    private enum Reading: Equatable {
        /// Between two requests, since.
        case idle(since: NIODeadline)
        /// Some bytes of a head came, the first at.
        case head(since: NIODeadline)
        /// In a body; the last piece came at.
        case body(since: NIODeadline)
        /// Nothing that comes is taken any more.
        case finished
    }

    private struct Exchange {
        var version: HTTPVersion
        var keepsAlive: Bool
        /// The client sends its body only after a 100, which did not go out yet.
        var awaitsContinue: Bool
        /// The answer is a head without a body.
        var isHead: Bool
    }

    private let limits: ConnectionLimits
    private var reading: Reading
    /// Requests whose responses have not ended, oldest first.
    private var exchanges: Deque<Exchange> = []
    private var postponed: APIError?
    private var isFirst = true
    private var quiescingSince: NIODeadline?
    private var isReadRequested = true
    private var pace = BodyPace()
    private var sawPart = false
    private var drainedByteCount = 0
    private var blockedSince: NIODeadline?
    private var closingSince: NIODeadline?

    /// A connection that was opened at `now`.
    package init(limits: ConnectionLimits, now: NIODeadline) {
        self.limits = limits
        reading = .idle(since: now)
    }

    private var isQuiescing: Bool { quiescingSince != nil }

    /// True when the response that is being written answers HEAD, so that nothing follows its head.
    package var answersHead: Bool { exchanges.first?.isHead ?? false }

    /// True when the last response is out and only the client's end is waited for.
    package var isClosing: Bool { closingSince != nil }

    /// The time at which `timePassed` must be called, unless something happens before.
    package var deadline: NIODeadline? {
        if let closingSince { return closingSince + limits.lingerTimeout }
        var deadlines: [NIODeadline] = []
        if let blockedSince { deadlines.append(blockedSince + limits.writeStallTimeout) }
        switch reading {
        case .idle(let since) where exchanges.isEmpty:
            deadlines.append(since + (isFirst ? limits.headTimeout : limits.idleTimeout))
        case .head(let since) where exchanges.isEmpty:
            deadlines.append(since + limits.headTimeout)
        case .body(let since) where isReadRequested:
            deadlines.append(since + limits.bodyTimeout)
            if let end = pace.deadline(limits) { deadlines.append(end) }
        default: break
        }
        if let quiescingSince, case .body = reading { deadlines.append(quiescingSince + limits.shutdownBodyTimeout) }
        return deadlines.min()
    }

    /// The head of a request came.
    package mutating func receiveHead(_ head: HTTPRequestHead, now: NIODeadline) -> (Inbound, Action) {
        sawPart = true
        guard reading != .finished else { return (.drop, .nothing) }
        isFirst = false
        if let refusal = refusal(of: head) {
            return (.drop, refuse(refusal))
        }
        drainedByteCount = 0
        reading = .body(since: now)
        pace = BodyPace()
        if isReadRequested { pace.resume(at: now) }
        let offersUpgrade = !head.headers["upgrade"].isEmpty || head.method == .CONNECT
        // The parser stops behind a request that offers an upgrade, so its connection cannot be used again.
        exchanges.append(
            Exchange(
                version: head.version, keepsAlive: head.isKeepAlive && !offersUpgrade,
                awaitsContinue: head.headers.contains(name: "expect"), isHead: head.method == .HEAD))
        return (.forward, .nothing)
    }

    /// A piece of a body came.
    package mutating func receiveBody(byteCount: Int, now: NIODeadline) -> (Inbound, Action) {
        sawPart = true
        guard case .body = reading else { return (.drop, .nothing) }
        reading = .body(since: now)
        pace.add(byteCount)
        guard exchanges.isEmpty else { return (.forward, .nothing) }
        drainedByteCount += byteCount
        return drainedByteCount > limits.maximumDrainedByteCount ? (.drop, close()) : (.forward, .nothing)
    }

    /// The request is complete.
    package mutating func receiveEnd(now: NIODeadline) -> (Inbound, Action) {
        sawPart = true
        guard case .body = reading else { return (.drop, .nothing) }
        reading = .idle(since: now)
        if isQuiescing && exchanges.isEmpty { return (.forward, close()) }
        return (.forward, .nothing)
    }

    /// The bytes that were read are dealt with; without a part among them they were the beginning of a head.
    package mutating func completeRead(now: NIODeadline) {
        defer { sawPart = false }
        isReadRequested = false
        pace.pause(at: now)
        if case .idle = reading, !sawPart { reading = .head(since: now) }
    }

    /// The server asks for more bytes.
    package mutating func requestRead(now: NIODeadline) {
        guard !isReadRequested else { return }
        isReadRequested = true
        pace.resume(at: now)
        if case .body = reading { reading = .body(since: now) }
    }

    /// The bytes that came are not HTTP.
    package mutating func failParsing(_ error: HTTPParserError) -> Action {
        switch reading {
        case .finished: return .nothing
        case .body:
            let refusal = ParserRefusal.answer(to: error)
            reading = .finished
            return exchanges.isEmpty ? close() : .failBody(refusal)
        case .idle, .head:
            if let last = exchanges.last, !last.keepsAlive {
                reading = .finished
                return .nothing
            }
            return refuse(ParserRefusal.answer(to: error))
        }
    }

    /// The head of a response is about to be written; informational ones are left as they are.
    ///
    /// A client that still waits for its 100 may send its body or not, so that its connection cannot be used again.
    package mutating func editHead(status: HTTPResponseStatus) -> HeadEdit? {
        guard var exchange = exchanges.first else { return nil }
        let isFinal = status.code >= 200
        if exchange.awaitsContinue {
            if isFinal, case .body = reading, exchanges.count == 1 { exchange.keepsAlive = false }
            exchange.awaitsContinue = false
            exchanges[0] = exchange
        }
        guard isFinal else { return nil }
        let keepsAlive = exchange.keepsAlive && !isQuiescing && reading != .finished
        let connection: String? =
            !keepsAlive ? "close" : exchange.version.minor == 0 ? "keep-alive" : nil
        return HeadEdit(version: exchange.version, connection: connection)
    }

    /// A response has ended.
    package mutating func completeResponse(now: NIODeadline) -> Action {
        guard !exchanges.isEmpty else { return .nothing }
        let exchange = exchanges.removeFirst()
        guard exchange.keepsAlive else {
            reading = .finished
            return close()
        }
        guard exchanges.isEmpty else { return .nothing }
        if let postponed {
            self.postponed = nil
            return .refuse(postponed)
        }
        switch reading {
        case .finished: return close()
        case .idle, .head:
            if isQuiescing { return close() }
            reading = restarted(now)
            return .nothing
        case .body: return .nothing
        }
    }

    /// The server wants to stop.
    ///
    /// A body that is under way has a little time left; then it fails, so that its request is answered before the end.
    package mutating func quiesce(now: NIODeadline) -> Action {
        if quiescingSince == nil { quiescingSince = now }
        guard exchanges.isEmpty else { return .nothing }
        return close()
    }

    /// The client will send nothing more.
    package mutating func closeInput() -> Action {
        reading = .finished
        if isClosing { return .abort }
        return exchanges.isEmpty ? .abort : .nothing
    }

    /// Notes whether the client takes what is written.
    package mutating func changeWritability(_ isWritable: Bool, now: NIODeadline) {
        blockedSince = isWritable ? nil : blockedSince ?? now
    }

    /// The closing began at `now`, be it by an action or from above.
    package mutating func beginClosing(now: NIODeadline) {
        if closingSince == nil { closingSince = now }
        reading = .finished
    }

    /// The time is `now`; does what the deadlines ask for.
    package mutating func timePassed(now: NIODeadline) -> Action {
        guard let deadline, now >= deadline else { return .nothing }
        if isClosing { return .abort }
        if let blockedSince, now >= blockedSince + limits.writeStallTimeout { return .abort }
        switch reading {
        case .idle: return close()
        case .head:
            return refuse(Self.timeout("The request's head did not arrive in time. Send it again."))
        case .body(let since):
            let hasStopped = now >= since + limits.bodyTimeout
            let isEnding = quiescingSince.map { now >= $0 + limits.shutdownBodyTimeout } ?? false
            guard pace.isTooSlow(at: now, limits) || hasStopped || isEnding else { return .nothing }
            reading = .finished
            if isEnding, !exchanges.isEmpty { return .failBody(.shuttingDown) }
            let reason =
                hasStopped
                ? "The request's body stopped arriving."
                : "The request's body arrived more slowly than \(limits.minimumBodyByteRate) bytes a second."
            return exchanges.isEmpty ? close() : .failBody(Self.timeout(reason + " Send it again."))
        case .finished: return .nothing
        }
    }

    private func restarted(_ now: NIODeadline) -> Reading {
        if case .head = reading { .head(since: now) } else { .idle(since: now) }
    }

    private mutating func refuse(_ error: APIError) -> Action {
        reading = .finished
        if exchanges.isEmpty { return .refuse(error) }
        postponed = error
        return .nothing
    }

    private mutating func close() -> Action {
        reading = .finished
        return .close
    }

    private func refusal(of head: HTTPRequestHead) -> APIError? {
        if head.uri.utf8.count > limits.maximumTargetByteCount {
            return APIError(
                .uriTooLong, code: "uri_too_long",
                message: "The request's target may have at most \(limits.maximumTargetByteCount) bytes.")
        }
        let codings = head.headers["transfer-encoding"].map { $0.lowercased() }
        if !codings.isEmpty, head.version.minor == 0 {
            return .malformed("An HTTP/1.0 request cannot have Transfer-Encoding.")
        }
        if !codings.isEmpty, codings != ["chunked"] {
            return APIError(
                .notImplemented, code: "unsupported_transfer_coding",
                message: "The only Transfer-Encoding this server supports is chunked.")
        }
        let hosts = head.headers["host"].count
        if hosts > 1 || (hosts == 0 && head.version.minor >= 1) {
            return .malformed("An HTTP/1.1 request must have exactly one Host header.")
        }
        return nil
    }

    private static func timeout(_ message: String) -> APIError {
        APIError(.requestTimeout, code: "request_timeout", message: message)
    }
}
