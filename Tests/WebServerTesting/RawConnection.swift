package import NIOCore
import NIOPosix

/// A TCP connection that sends and receives bytes, so that a test can misbehave.
///
/// What arrives is kept in memory; reading waits for it and ends with the connection.
package final class RawConnection: Sendable {
    private let channel: any Channel
    private let chunks: AsyncStream<[UInt8]>
    private let received = Received()

    /// What has arrived and was not taken; only the test's own task reads.
    private actor Received {
        var bytes: [UInt8] = []
        func append(_ chunk: [UInt8]) { bytes += chunk }
        func take(_ count: Int) -> [UInt8] {
            defer { bytes.removeFirst(count) }
            return Array(bytes.prefix(count))
        }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let continuation: AsyncStream<[UInt8]>.Continuation
        init(_ continuation: AsyncStream<[UInt8]>.Continuation) { self.continuation = continuation }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            continuation.yield(Array(unwrapInboundIn(data).readableBytesView))
        }
        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    package init(host: String = "127.0.0.1", port: Int, reads: Bool = true) async throws {
        let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
        chunks = stream
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(ChannelOptions.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(continuation))
                }
            }
            .connect(host: host, port: port).get()
    }

    /// Sends text; a `\n` stands for itself.
    package func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    package func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Says that nothing more will be sent.
    package func closeInput() async throws { try await channel.close(mode: .output) }

    package func close() async throws { try await channel.close() }

    /// Returns when the event loop's clock says that `duration` is over: time for the server to run into a full socket.
    package func waitUntil(idleFor duration: TimeAmount) async throws {
        try await channel.eventLoop.scheduleTask(in: duration) {}.futureResult.get()
    }

    /// Starts to read on a connection that was opened without.
    package func startReading() async throws { try await channel.setOption(ChannelOptions.autoRead, value: true).get() }

    /// Everything until the other side closes.
    package func readToEnd() async -> String {
        for await chunk in chunks { await received.append(chunk) }
        return String(decoding: await received.take(await received.bytes.count), as: UTF8.self)
    }

    /// Exactly `count` bytes; fewer when the connection ends.
    package func read(_ count: Int) async -> [UInt8] {
        while await received.bytes.count < count {
            var iterator = chunks.makeAsyncIterator()
            guard let chunk = await iterator.next() else { break }
            await received.append(chunk)
        }
        return await received.take(min(count, await received.bytes.count))
    }

    /// Bytes up to and including `mark`; everything when the connection ends before.
    package func read(until mark: String) async -> String {
        let mark = Array(mark.utf8)
        while true {
            let bytes = await received.bytes
            if bytes.count >= mark.count,
                let end = (mark.count...bytes.count).first(where: { bytes[($0 - mark.count)..<$0].elementsEqual(mark) })
            {
                return String(decoding: await received.take(end), as: UTF8.self)
            }
            var iterator = chunks.makeAsyncIterator()
            guard let chunk = await iterator.next() else {
                return String(decoding: await received.take(bytes.count), as: UTF8.self)
            }
            await received.append(chunk)
        }
    }

    /// One response with a Content-Length.
    package func readResponse() async throws -> RawResponse {
        let head = await read(until: "\r\n\r\n")
        var response = RawResponse(head: head)
        if let count = response["content-length"].flatMap({ Int($0) }) {
            response.body = await read(count)
        }
        return response
    }
}
