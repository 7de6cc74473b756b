import NIOHTTP1

/// A request's offer to speak WebSocket (RFC 6455, section 4.1).
enum WebSocketOffer {
    /// True when the request is a complete and valid offer: GET on HTTP/1.1 without body, `Upgrade: websocket`,
    /// `Connection: Upgrade`, version 13 and one key of 16 bytes.
    static func isMade(by head: HTTPRequestHead) -> Bool {
        let headers = head.headers
        return head.method == .GET && head.version == .http1_1
            && headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
            && headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
            && headers["sec-websocket-version"] == ["13"] && isKey(headers["sec-websocket-key"])
            && headers["transfer-encoding"].isEmpty
            && headers["content-length"].allSatisfy { $0 == "0" }
    }

    /// The head without its offer, so that it is an ordinary request.
    static func removed(from head: HTTPRequestHead) -> HTTPRequestHead {
        guard head.headers.contains(name: "upgrade") else { return head }
        var head = head
        head.headers.remove(name: "upgrade")
        return head
    }

    /// 16 bytes in Base64 have 22 characters and two `=`.
    private static func isKey(_ values: [String]) -> Bool {
        guard values.count == 1, let key = values.first, key.utf8.count == 24, key.hasSuffix("==") else { return false }
        return key.utf8.dropLast(2).allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
    }
}
