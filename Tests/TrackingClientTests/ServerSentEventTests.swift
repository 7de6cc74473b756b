import Testing
import TrackingClient

@Suite struct ServerSentEventTests {
    private func parse(_ text: String) throws -> [ServerSentEvent] {
        var parser = ServerSentEventParser()
        return try parser.append(Array(text.utf8))
    }

    @Test("An event ends at its blank line and carries its id, type and data")
    func events() throws {
        let events = try parse("id: 12\ndata: {\"a\":1}\n\nevent: status\nid: 13\ndata: x\n\n")
        #expect(
            events == [
                ServerSentEvent(id: "12", type: "message", data: #"{"a":1}"#),
                ServerSentEvent(id: "13", type: "status", data: "x"),
            ])
    }

    @Test("Several data lines are joined by line feeds, and an empty one counts")
    func severalLines() throws {
        #expect(try parse("data: a\ndata:\ndata:  b\n\n").map(\.data) == ["a\n\n b"])
    }

    @Test("Comments, unknown fields and events without data give nothing")
    func silence() throws {
        #expect(try parse(": heartbeat\n\nfoo: bar\n\nevent: x\n\nid: 4\n\n").isEmpty)
    }

    @Test("The id of an event without data still counts for a reconnection, and stays for the events after it")
    func idWithoutData() throws {
        var parser = ServerSentEventParser()
        #expect(try parser.append(Array("id: 4\n\ndata: x\n\n".utf8)).map(\.id) == ["4"])
        #expect(parser.lastEventID == "4")
    }

    @Test("An id with NUL is ignored")
    func idWithNull() throws {
        #expect(try parse("id: 4\ndata: a\n\nid: 5\u{0}\ndata: b\n\n").map(\.id) == ["4", "4"])
    }

    @Test("A byte order mark at the beginning is skipped, and only there")
    func byteOrderMark() throws {
        #expect(try parse("\u{FEFF}data: a\n\n\u{FEFF}data: b\n\n").map(\.data) == ["a"])
    }

    @Test("retry takes digits only")
    func retry() throws {
        var parser = ServerSentEventParser()
        #expect(try parser.append(Array("retry: 1500\n\n".utf8)).isEmpty)
        #expect(parser.reconnectionDelay == .milliseconds(1500))
        #expect(try parser.append(Array("retry: 2s\n\n".utf8)).isEmpty)
        #expect(parser.reconnectionDelay == .milliseconds(1500))
    }

    @Test("What has not ended is not given")
    func unfinished() throws {
        #expect(try parse("data: a\n").isEmpty)
    }

    @Test("A frame without end is refused before it fills the memory")
    func tooLarge() throws {
        var parser = ServerSentEventParser()
        #expect(throws: ClientError(.unexpectedAnswer, "")) {
            for _ in 0..<32 { _ = try parser.append([UInt8](repeating: UInt8(ascii: "a"), count: 64 << 10)) }
        }
        var lines = ServerSentEventParser()
        let line = Array(("data:" + String(repeating: "a", count: 60_000) + "\n").utf8)
        #expect(throws: ClientError(.unexpectedAnswer, "")) {
            for _ in 0..<32 { _ = try lines.append(line) }
        }
    }

    @Test("Line ends and the cuts between pieces do not change the events", arguments: ["\n", "\r", "\r\n"])
    func splits(lineEnd: String) throws {
        let text = "\u{FEFF}id: 7\nevent: é\ndata: ä\ndata: b\n\n: c\n\ndata: z\n\n"
        let expected = try parse(text)
        #expect(expected.count == 2)
        let bytes = Array(text.replacing("\n", with: lineEnd).utf8)
        for first in 0...bytes.count {
            for second in [first, (first + bytes.count) / 2, bytes.count] {
                var parser = ServerSentEventParser()
                var events = try parser.append(bytes[..<first])
                events += try parser.append(bytes[first..<second])
                events += try parser.append(bytes[second...])
                #expect(events == expected)
            }
        }
    }

    @Test("Any bytes are read without a trap", arguments: 0..<40)
    func anyBytes(seed: UInt64) throws {
        var state = seed &+ 0x9E37_79B9_7F4A_7C15
        let alphabet = Array("data:id eventry\r\n\n\u{0}9".utf8) + [0xEF, 0xBB, 0xBF, 0xFF]
        var bytes: [UInt8] = []
        for _ in 0..<2_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes.append(alphabet[Int(state >> 33) % alphabet.count])
        }
        var whole = ServerSentEventParser()
        let expected = try whole.append(bytes)
        var pieces = ServerSentEventParser()
        var events: [ServerSentEvent] = []
        for byte in bytes { events += try pieces.append([byte]) }
        #expect(events == expected)
    }
}
