import Glibc

/// Many clients of one session's live feed on one thread, half over WebSockets and half as event streams, while points are
/// reported at a fixed rate.
///
/// Every fiftieth client reads its frames: each point must come once, and the time from its sending to its frame is kept.
/// Reports that are under way together may be recorded in any order. The others take their bytes and look at how the feed ends.
final class FeedLoad {
    struct Result {
        /// Seconds from a report's sending to its frame, over all clients that read.
        var latencies: [Double] = []
        /// Seconds from a report's sending to its answer.
        var answers: [Double] = []
        var seconds = 0.0
        var reportCount = 0
        /// Reports that were sent later than a tick after they were due.
        var lateCount = 0
    }

    private struct Client {
        let connection: HTTPConnection
        let isRead: Bool
        /// The bytes behind the last whole point, of a client that reads; the last bytes of any other.
        var rest: [UInt8] = []
        /// The points that were told.
        var points: Set<Int> = []
        var isEnded = false
    }

    private static let sampling = 50
    private static let reporterCount = 100
    private static let stepsKey = Array(#""steps":["#.utf8)

    private let session: BenchmarkSession
    /// They take turns, so that a report need not wait for the answer of the one before it.
    private var reporters: [HTTPConnection] = []
    private let port: Int
    /// The times at which the reports were sent that are not answered yet, by reporter.
    private var unanswered: [ContinuousClock.Instant?] = []
    private var answers: [Double] = []
    private var template: ReportTemplate
    private var clients: [Client] = []
    private var sentAt: [ContinuousClock.Instant] = []
    /// The connections of the clients, then those of the reports.
    private var descriptors: [pollfd] = []
    private var buffer = [UInt8](repeating: 0, count: 262_144)

    /// Opens `count` feeds of `session`.
    init(port: Int, session: BenchmarkSession, count: Int) throws {
        self.session = session
        self.port = port
        template = try ReportTemplate(session, form: .points, pointCount: 1, seed: 1)
        for index in 0..<count {
            let connection = try HTTPConnection(port: port)
            try connection.send(index.isMultiple(of: 2) ? Self.stream(of: session) : Self.upgrade(of: session))
            clients.append(Client(connection: connection, isRead: index % Self.sampling < 2))
            descriptors.append(pollfd(fd: connection.descriptor, events: Int16(POLLIN), revents: 0))
            // The server answers while the others connect.
            if index % 256 == 255 { try take(milliseconds: 0) }
        }
    }

    private static func stream(of session: BenchmarkSession) -> [UInt8] {
        HTTPRequest("GET", "/api/v1/sse/training/\(session.id)?types=metrics").bytes
    }

    private static func upgrade(of session: BenchmarkSession) -> [UInt8] {
        HTTPRequest(
            "GET", "/api/v1/ws/training/\(session.id)?types=metrics",
            headers: [
                "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ]
        ).bytes
    }

    /// Waits until every feed that is read has opened.
    func open() throws {
        let end = ContinuousClock.now + .seconds(60)
        let opening = Array(#""type":"connection""#.utf8)
        while clients.contains(where: { $0.isRead && $0.rest[...].end(of: opening) == nil }) {
            guard ContinuousClock.now < end else { throw BenchmarkError("The feeds did not open within a minute.") }
            try take(milliseconds: 100)
        }
        for index in clients.indices { clients[index].rest = [] }
        // Not before: the server closes a connection that sends nothing.
        reporters = try (0..<Self.reporterCount).map { _ in try HTTPConnection(port: port) }
        unanswered = reporters.map { _ in nil }
        descriptors += reporters.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    }

    /// Reports one point `rate` times a second for `seconds`, and waits until the readers have them all.
    func run(rate: Int, seconds: Double) throws -> Result {
        var result = Result()
        let begin = ContinuousClock.now
        let period = Duration.seconds(1) / rate
        let count = Int(seconds * Double(rate))
        for number in 0..<count {
            let due = begin + period * number
            while true {
                let rest = due - .now
                guard rest > .zero else { break }
                try take(milliseconds: Int32(max(1, rest / .milliseconds(1))))
            }
            if ContinuousClock.now - due > period { result.lateCount += 1 }
            template.advance(after: [])
            sentAt.append(.now)
            unanswered[number % reporters.count] = .now
            try reporters[number % reporters.count].send(template.bytes)
            try take(milliseconds: 0)
        }
        result.reportCount = count
        let end = ContinuousClock.now + .seconds(60)
        while clients.contains(where: { $0.isRead && $0.points.count < sentAt.count }) {
            guard ContinuousClock.now < end else {
                throw BenchmarkError("Some feeds did not get every point within a minute of the last.")
            }
            try take(milliseconds: 20)
        }
        result.seconds = begin.duration(to: .now).seconds
        result.latencies = latencies
        result.answers = answers
        return result
    }

    /// Ends the session and returns how many feeds were ended in order.
    func finish(over connection: HTTPConnection) throws -> Int {
        let body = Array(#"{"attempt":\#(session.attempt),"outcome":"completed"}"#.utf8)
        let answer = try connection.exchange(
            HTTPRequest(
                "POST", "/api/v1/training/sessions/\(session.id)/finish", contentType: "application/json",
                token: session.token, body: body))
        guard answer.status == 200 else { throw BenchmarkError("The session did not end: \(answer.head)") }
        let end = ContinuousClock.now + .seconds(30)
        while clients.contains(where: { !$0.isEnded }), ContinuousClock.now < end { try take(milliseconds: 50) }
        return clients.count { $0.isEnded }
    }

    // MARK: - Receiving

    private var latencies: [Double] = []

    /// Takes what came, or comes within `milliseconds`.
    private func take(milliseconds: Int32) throws {
        let count = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
        guard count >= 0 || errno == EINTR else { throw BenchmarkError.system("poll", errno) }
        guard count > 0 else { return }
        for place in descriptors.indices where descriptors[place].revents != 0 {
            let received = recv(descriptors[place].fd, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if received < 0, errno == EAGAIN || errno == EINTR { continue }
            if place < clients.count {
                try receive(place, received)
            } else if received <= 0 {
                throw BenchmarkError("The server closed the connection of the reports.")
            } else if let sent = unanswered[place - clients.count] {
                answers.append(sent.duration(to: .now).seconds)
                unanswered[place - clients.count] = nil
            }
        }
    }

    private func receive(_ index: Int, _ count: Int) throws {
        guard count > 0 else {
            // A negative descriptor is passed over.
            descriptors[index].fd = -1
            guard clients[index].isEnded else { throw BenchmarkError("The server closed a feed under load.") }
            return
        }
        let now = ContinuousClock.now
        if clients[index].isRead {
            clients[index].rest += buffer[..<count]
            try readPoints(index, at: now)
        }
        let tail = buffer[max(0, count - 64)..<count]
        // The last chunk of an event stream, or a closing frame with the code 1000.
        if tail.suffix(5).elementsEqual(Array("0\r\n\r\n".utf8)) || tail.suffix(4).elementsEqual([0x88, 2, 3, 0xE8]) {
            clients[index].isEnded = true
        }
    }

    private func readPoints(_ index: Int, at now: ContinuousClock.Instant) throws {
        guard !sentAt.isEmpty else { return }
        var rest = clients[index].rest[...]
        let first = template.firstStep - sentAt.count + 1
        while let start = rest.end(of: Self.stepsKey), let end = rest[start...].firstIndex(of: UInt8(ascii: "]")) {
            let step = rest[start..<end].reduce(0) { $0 * 10 + Int($1) - 48 }
            guard sentAt.indices.contains(step - first), clients[index].points.insert(step - first).inserted else {
                throw BenchmarkError("A feed told point \(step - first) twice, or before it was sent.")
            }
            latencies.append((now - sentAt[step - first]) / .seconds(1))
            rest = rest[end...]
        }
        clients[index].rest = Array(rest)
    }
}

extension ArraySlice<UInt8> {
    /// The index behind the first place that has the bytes of `other`.
    fileprivate func end(of other: [UInt8]) -> Int? {
        var index = startIndex
        while let found = self[index...].firstIndex(of: other[0]) {
            if self[found...].starts(with: other) { return found + other.count }
            index = found + 1
        }
        return nil
    }
}
