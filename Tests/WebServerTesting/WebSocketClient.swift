package import JSON

/// The client's side of a WebSocket, written out byte by byte.
package struct WebSocketClient {
    /// A frame of the server.
    package struct Frame: Equatable {
        package var opcode: UInt8
        package var payload: [UInt8]

        package init(opcode: UInt8, payload: [UInt8]) {
            self.opcode = opcode
            self.payload = payload
        }

        /// The code of a close frame.
        package var closeCode: UInt16? {
            opcode == 8 && payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil
        }

        /// The type that a text frame says it has.
        package var type: String? { json?["type"]?.stringValue }

        package var json: JSONValue? {
            do { return try JSONValue.parse(payload) } catch { return nil }
        }
    }

    package static let handshake =
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

    package let connection: RawConnection

    package init(connection: RawConnection) { self.connection = connection }

    /// Opens a WebSocket at `path` and reads the answer to its offer.
    package static func open(
        _ server: TestServer.Handle, _ path: String
    ) async throws -> (WebSocketClient, RawResponse) {
        let connection = try await server.connect()
        try await connection.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(handshake)\r\n")
        return (WebSocketClient(connection: connection), try await connection.readResponse())
    }

    /// The next frame; nil at the end of the connection.
    package func next() async -> Frame? {
        let head = await connection.read(2)
        guard head.count == 2 else { return nil }
        var count = Int(head[1] & 0x7F)
        if count >= 126 {
            let bytes = await connection.read(count == 126 ? 2 : 8)
            count = bytes.reduce(0) { $0 << 8 | Int($1) }
        }
        return Frame(opcode: head[0] & 0x0F, payload: await connection.read(count))
    }

    /// Everything up to the server's close frame, which is the last.
    package func rest() async -> [Frame] {
        var frames: [Frame] = []
        while let frame = await next() {
            frames.append(frame)
            if frame.opcode == 8 { break }
        }
        return frames
    }

    /// Sends a masked frame.
    package func send(_ opcode: UInt8, _ payload: [UInt8] = [], fin: Bool = true) async throws {
        precondition(payload.count < 126)
        let mask: [UInt8] = [1, 2, 3, 4]
        try await connection.send(
            [opcode | (fin ? 0x80 : 0), UInt8(payload.count) | 0x80] + mask
                + payload.enumerated().map { $0.element ^ mask[$0.offset % 4] })
    }
}
