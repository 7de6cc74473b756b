package import Logging
import NIOCore

/// An opened WebSocket, ready to be given to the one who feeds it.
package struct WebSocketConnection: Sendable {
    private let channel: NIOAsyncChannel<Never, WebSocketOutput>

    /// Takes over an upgraded channel. Must be called on its event loop.
    init(on channel: any Channel, limits: WebSocketLimits) throws {
        try channel.pipeline.syncOperations.addHandler(WebSocketChannelHandler(limits: limits))
        self.channel = try NIOAsyncChannel(wrappingChannelSynchronously: channel)
    }

    /// Runs `handler` and returns when the connection is closed.
    ///
    /// The handler is cancelled when the client goes; when it returns first, the connection is closed with 1000 unless
    /// it was closed with something else.
    package func run(_ handler: @escaping ServerChannel.WebSocketHandler, logger: Logger) async {
        do {
            try await channel.executeThenClose { inbound, outbound in
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    let writer = WebSocketWriter(outbound: outbound, channel: channel.channel)
                    group.addTask {
                        await handler(writer)
                        return false
                    }
                    group.addTask {
                        for try await _ in inbound {}
                        return true
                    }
                    if try await group.next() == false {
                        try await writer.close(.normal)
                        try await group.waitForAll()
                    }
                    group.cancelAll()
                }
            }
        } catch {
            logger.trace("A WebSocket ended.", metadata: ["error": "\(error)"])
        }
    }
}
