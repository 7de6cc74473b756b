import Glibc

/// Many clients on one thread, each with one connection and one report under way.
struct ReportLoad {
    /// The work that a load did.
    struct Result {
        /// Reports that were acknowledged.
        var reportCount = 0
        var pointCount = 0
        var seconds = 0.0
        /// The seconds from each report's sending to its answer.
        var latencies: [Double] = []

        var reportsPerSecond: Double { Double(reportCount) / seconds }
        var pointsPerSecond: Double { Double(pointCount) / seconds }
    }

    private struct Client {
        var connection: HTTPConnection
        var template: ReportTemplate
        var sentAt = ContinuousClock.now
        var received: [UInt8] = []
        /// Bytes of the report that the socket did not take yet.
        var unsent = 0
    }

    private var clients: [Client] = []
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    /// Connects a client for each of `templates`.
    init(port: Int, templates: [ReportTemplate]) throws {
        for template in templates {
            clients.append(Client(connection: try HTTPConnection(port: port), template: template))
        }
    }

    /// Reports until `seconds` have passed or `reports` are acknowledged; then waits for the answers that are due.
    ///
    /// - Throws: When an answer is not 200.
    mutating func run(seconds: Double = .infinity, reports: Int = .max) throws -> Result {
        var result = Result()
        result.latencies.reserveCapacity(100_000)
        let begin = ContinuousClock.now
        var sent = 0
        var waiting = 0
        var descriptors = clients.map { pollfd(fd: $0.connection.descriptor, events: Int16(POLLIN), revents: 0) }
        for index in clients.indices where sent < reports {
            descriptors[index].events = try start(index)
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
                guard try receive(index, into: &result) else { continue }
                waiting -= 1
                guard begin.duration(to: .now).seconds < seconds, sent < reports else { continue }
                descriptors[index].events = try start(index)
                sent += 1
                waiting += 1
            }
        }
        result.seconds = begin.duration(to: .now).seconds
        return result
    }

    private mutating func start(_ index: Int) throws -> Int16 {
        clients[index].template.advance()
        clients[index].sentAt = .now
        clients[index].unsent = clients[index].template.bytes.count
        return try sendMore(index)
    }

    /// Sends what the socket takes without waiting; what to wait for next.
    private mutating func sendMore(_ index: Int) throws -> Int16 {
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        while clients[index].unsent > 0 {
            let count = clients[index].template.bytes.withUnsafeBytes { bytes in
                let rest = bytes[(bytes.count - clients[index].unsent)...]
                return send(
                    clients[index].connection.descriptor, rest.base.baseAddress! + rest.startIndex, rest.count, flags)
            }
            if count < 0, errno == EAGAIN { return Int16(POLLOUT) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw BenchmarkError.system("sending a report", errno) }
            clients[index].unsent -= count
        }
        return Int16(POLLIN)
    }

    /// Receives what is there for a client, and returns whether the answer is complete.
    private mutating func receive(_ index: Int, into result: inout Result) throws -> Bool {
        let count = recv(clients[index].connection.descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { return false }
        guard count > 0 else { throw BenchmarkError("The server closed a connection under load.") }
        clients[index].received.append(contentsOf: buffer[..<count])
        guard let end = ResponseHead.end(in: clients[index].received) else { return false }
        let (status, bodyByteCount) = ResponseHead.outline(of: clients[index].received, end: end)
        guard clients[index].received.count >= end + bodyByteCount else { return false }
        guard status == 200 else {
            throw BenchmarkError(
                "A report was answered with: \(String(decoding: clients[index].received, as: UTF8.self))")
        }
        clients[index].received.removeAll(keepingCapacity: true)
        result.latencies.append((ContinuousClock.now - clients[index].sentAt) / .seconds(1))
        result.reportCount += 1
        result.pointCount += clients[index].template.pointCount
        return true
    }
}
