package import NIOHTTP1

package struct LiveFeedRoutes: Sendable {
    package func webSocket(for head: HTTPRequestHead) async -> ServerChannel.WebSocketHandler? { nil }
}
