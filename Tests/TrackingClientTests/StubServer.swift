import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on a loopback port that answers each request as a closure says and remembers what came.
final class StubServer: Sendable {
    struct Request: Sendable {
        var method: String
        var target: String
        var headers: HTTPHeaders
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        subscript(header: String) -> String? { headers.first(name: header) }
    }

    struct Reply: Sendable {
        var status = 200
        var headers: [(String, String)] = []
        var body: [UInt8] = []
        /// The Content-Length to state; the body's length when nil. `chunked` states none.
        var statedByteCount: Int?
        var isChunked = false
        /// Whether the connection is closed after the body without an end.
        var cuts = false

        static func json(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> Reply {
            Reply(status: status, headers: headers + [("Content-Type", "application/json")], body: Array(text.utf8))
        }

        static func error(_ status: Int, _ code: String, headers: [(String, String)] = []) -> Reply {
            json(
                #"{"error":{"code":"\#(code)","message":"It is \#(code).","details":{"field":"x"}}}"#, status: status,
                headers: headers)
        }

        static func stream(_ text: String, cuts: Bool = false) -> Reply {
            Reply(body: Array(text.utf8), isChunked: true, cuts: cuts)
        }
    }

    private let channel: any Channel
    private let received: Received

    final class Received: Sendable {
        let requests = Mutex<[Request]>([])
    }

    /// Starts a server whose `answer` gets each request and its index from 0.
    init(_ answer: @escaping @Sendable (Request, Int) -> Reply) async throws {
        let received = Received()
        self.received = received
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(StubHandler(received: received, answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
    var requests: [Request] { received.requests.withLock { $0 } }

    func stop() async throws { try await channel.close() }
}

/// Collects each request and writes its reply.
private final class StubHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let received: StubServer.Received
    private let answer: @Sendable (StubServer.Request, Int) -> StubServer.Reply
    private var request: StubServer.Request?

    init(
        received: StubServer.Received, answer: @escaping @Sendable (StubServer.Request, Int) -> StubServer.Reply
    ) {
        self.received = received
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            request = StubServer.Request(
                method: head.method.rawValue, target: head.uri, headers: head.headers, body: [])
        case .body(let bytes):
            request?.body += Array(bytes.readableBytesView)
        case .end:
            guard let request else { return }
            let index = received.requests.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
            write(answer(request, index), context: context)
        }
    }

    private func write(_ reply: StubServer.Reply, context: ChannelHandlerContext) {
        var headers = HTTPHeaders(reply.headers)
        if reply.isChunked {
            headers.add(name: "Transfer-Encoding", value: "chunked")
        } else if reply.status != 204 {
            headers.add(name: "Content-Length", value: String(reply.statedByteCount ?? reply.body.count))
        }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: reply.status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let body = wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.body))))
        if reply.cuts {
            context.writeAndFlush(body, promise: nil)
            context.close(promise: nil)
        } else {
            context.write(body, promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
