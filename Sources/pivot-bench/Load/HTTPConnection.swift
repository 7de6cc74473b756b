import Glibc

/// One keep-alive connection to a server on this machine, with blocking calls; it costs little beside what it measures.
final class HTTPConnection {
    /// An answer: its status, its head as text and its body.
    struct Answer {
        var status: Int
        var head: String
        var body: [UInt8]
    }

    let descriptor: Int32
    private var buffer: [UInt8] = []
    private lazy var chunk = [UInt8](repeating: 0, count: 1 << 20)

    /// Connects to 127.0.0.1 at `port`.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw BenchmarkError.system("socket", errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let code = errno
            close(descriptor)
            throw BenchmarkError.system("connecting to port \(port)", code)
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// Sends all of `bytes`.
    func send(_ bytes: UnsafeRawBufferPointer) throws {
        var sent = 0
        while sent < bytes.count {
            let count = Glibc.send(
                descriptor, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw BenchmarkError.system("sending", errno) }
            sent += count
        }
    }

    /// Sends all of `bytes`.
    func send(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try send($0) }
    }

    /// Sends `request` and reads its answer.
    func exchange(_ request: HTTPRequest) throws -> Answer {
        try send(request.bytes)
        return try receive()
    }

    /// The next answer, whose body is kept.
    func receive() throws -> Answer {
        var body: [UInt8] = []
        let (status, head) = try receive { body.append(contentsOf: $0) }
        return Answer(status: status, head: head, body: body)
    }

    /// The next answer; `consume` gets its body piece by piece.
    func receive(_ consume: (UnsafeRawBufferPointer) -> Void) throws -> (status: Int, head: String) {
        var end = ResponseHead.end(in: buffer)
        while end == nil {
            try fill()
            end = ResponseHead.end(in: buffer)
        }
        guard let end, let head = ResponseHead(buffer[..<end]) else { throw BenchmarkError("The answer has no head.") }
        var rest = head.bodyByteCount
        let present = min(rest, buffer.count - end)
        buffer.withUnsafeBytes { consume(UnsafeRawBufferPointer(rebasing: $0[end..<end + present])) }
        buffer.removeFirst(end + present)
        rest -= present
        while rest > 0 {
            let count = try read(atMost: rest)
            chunk.withUnsafeBytes { consume(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            rest -= count
        }
        return (head.status, head.text)
    }

    /// Waits for bytes and hands them to `consume`; for answers that are read as they come.
    func receiveSome(_ consume: (UnsafeRawBufferPointer) throws -> Void) throws {
        let count = try read(atMost: chunk.count)
        try chunk.withUnsafeBytes { try consume(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }

    private func fill() throws {
        let count = try read(atMost: chunk.count)
        buffer.append(contentsOf: chunk[..<count])
    }

    private func read(atMost limit: Int) throws -> Int {
        while true {
            let count = chunk.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, min(limit, $0.count), 0) }
            if count < 0, errno == EINTR { continue }
            guard count != 0 else { throw BenchmarkError("The server closed the connection.") }
            guard count > 0 else { throw BenchmarkError.system("receiving", errno) }
            return count
        }
    }
}
