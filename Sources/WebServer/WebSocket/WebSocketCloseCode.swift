/// The reason that a WebSocket is closed (RFC 6455, section 7.4, and our own from 4000 on).
package struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The feed has said everything.
    package static let normal = WebSocketCloseCode(rawValue: 1000)
    /// The server is shutting down; connect again.
    package static let goingAway = WebSocketCloseCode(rawValue: 1001)
    /// The client broke the protocol.
    package static let protocolError = WebSocketCloseCode(rawValue: 1002)
    /// A text message was not UTF-8.
    package static let invalidPayload = WebSocketCloseCode(rawValue: 1007)
    /// A message or frame exceeds its limit.
    package static let messageTooBig = WebSocketCloseCode(rawValue: 1009)
    /// The server failed.
    package static let internalError = WebSocketCloseCode(rawValue: 1011)
    /// The client does not read fast enough to be served; connect again after the last position.
    package static let slowReader = WebSocketCloseCode(rawValue: 4408)

    /// True when the client is at fault, so that the server ends the connection without its answer.
    package var endsConnection: Bool { [.protocolError, .invalidPayload, .messageTooBig].contains(self) }

    /// True when a client may send this code.
    package var isValidFromClient: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
