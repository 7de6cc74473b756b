import Glibc

/// The requests of one client, one after the other.
protocol ClientScript {
    /// The request to send now.
    var bytes: [UInt8] { get }
    /// The points that it reports.
    var pointCount: Int { get }
    /// Makes the next request; `answer` is the body of the answer to the one before.
    mutating func advance(after answer: ArraySlice<UInt8>) throws
}

/// Many clients on one thread, each with one connection and one request under way.
struct ClientLoad<Script: ClientScript> {
    /// The work that a load did.
    struct Result {
        /// Requests that were answered.
        var requestCount = 0
        var pointCount = 0
        var seconds = 0.0
        /// The seconds from each request's sending to its answer.
        var latencies: [Double] = []

        var requestsPerSecond: Double { Double(requestCount) / seconds }
        var pointsPerSecond: Double { Double(pointCount) / seconds }
    }

    private struct Client {
        var connection: HTTPConnection
        var script: Script
        var sentAt = ContinuousClock.now
        var received: [UInt8] = []
        /// Bytes of the request that the socket did not take yet.
        var unsent = 0
    }

    private var clients: [Client] = []
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    /// Connects a client for each of `scripts`.
    init(port: Int, scripts: [Script]) throws {
        for script in scripts {
            clients.append(Client(connection: try HTTPConnection(port: port), script: script))
        }
    }

    /// Sends until `seconds` have passed or `requests` are answered; then waits for the answers that are due.
    ///
    /// - Throws: When an answer is neither 200 nor 201.
    mutating func run(seconds: Double = .infinity, requests: Int = .max) throws -> Result {
        var result = Result()
        result.latencies.reserveCapacity(100_000)
        let begin = ContinuousClock.now
        var sent = 0
        var waiting = 0
        var descriptors = clients.map { pollfd(fd: $0.connection.descriptor, events: Int16(POLLIN), revents: 0) }
        for index in clients.indices where sent < requests {
            descriptors[index].events = try start(index, after: [])
            sent += 1
            waiting += 1
        }
        while waiting > 0 {
            let ready = poll(&descriptors, nfds_t(descriptors.count), 10_000)
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { throw BenchmarkError("The server did not answer for 10 s.") }
            for index in clients.indices where descriptors[index].revents != 0 {
                if clients[index].unsent > 0 {
                    descriptors[index].events = try sendMore(index)
                    continue
                }
                guard let answer = try receive(index, into: &result) else { continue }
                waiting -= 1
                guard begin.duration(to: .now).seconds < seconds, sent < requests else { continue }
                descriptors[index].events = try start(index, after: answer)
                sent += 1
                waiting += 1
            }
        }
        result.seconds = begin.duration(to: .now).seconds
        return result
    }

    private mutating func start(_ index: Int, after answer: ArraySlice<UInt8>) throws -> Int16 {
        try clients[index].script.advance(after: answer)
        clients[index].sentAt = .now
        clients[index].unsent = clients[index].script.bytes.count
        return try sendMore(index)
    }

    /// Sends what the socket takes without waiting; what to wait for next.
    private mutating func sendMore(_ index: Int) throws -> Int16 {
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        while clients[index].unsent > 0 {
            let count = clients[index].script.bytes.withUnsafeBytes { bytes in
                let rest = bytes[(bytes.count - clients[index].unsent)...]
                return send(
                    clients[index].connection.descriptor, rest.base.baseAddress! + rest.startIndex, rest.count, flags)
            }
            if count < 0, errno == EAGAIN { return Int16(POLLOUT) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw BenchmarkError.system("sending a request", errno) }
            clients[index].unsent -= count
        }
        return Int16(POLLIN)
    }

    /// Receives what is there for a client, and returns the answer's body once it is complete.
    private mutating func receive(_ index: Int, into result: inout Result) throws -> ArraySlice<UInt8>? {
        let count = recv(clients[index].connection.descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { return nil }
        guard count > 0 else { throw BenchmarkError("The server closed a connection under load.") }
        clients[index].received.append(contentsOf: buffer[..<count])
        guard let end = ResponseHead.end(in: clients[index].received) else { return nil }
        let (status, bodyByteCount) = ResponseHead.outline(of: clients[index].received, end: end)
        guard clients[index].received.count >= end + bodyByteCount else { return nil }
        guard status == 200 || status == 201 else {
            throw BenchmarkError(
                "A request was answered with: \(String(decoding: clients[index].received, as: UTF8.self))")
        }
        let body = clients[index].received[end..<end + bodyByteCount]
        clients[index].received = []
        result.latencies.append((ContinuousClock.now - clients[index].sentAt) / .seconds(1))
        result.requestCount += 1
        result.pointCount += clients[index].script.pointCount
        return body
    }
}
