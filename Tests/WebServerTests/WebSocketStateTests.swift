import NIOCore
import NIOWebSocket
import Testing
import WebServer

/// What a WebSocket does with each frame, as a table.
@Suite("WebSocket state")
struct WebSocketStateTests {
    typealias Action = WebSocketState.Action

    static let start = NIODeadline.uptimeNanoseconds(0)

    static func frame(
        _ opcode: WebSocketOpcode, _ bytes: [UInt8] = [], fin: Bool = true, masked: Bool = true, rsv1: Bool = false
    ) -> WebSocketFrame {
        WebSocketFrame(
            fin: fin, rsv1: rsv1, opcode: opcode, maskKey: masked ? [0, 0, 0, 0] : nil, data: ByteBuffer(bytes: bytes))
    }

    static func code(_ actions: [Action]) -> UInt16? {
        guard actions.count == 1, case .sendClose(let code, _, _) = actions[0] else { return nil }
        return code?.rawValue
    }

    @Test("messages of clients are taken in silence, whole and in fragments")
    func messages() {
        var state = WebSocketState(limits: WebSocketLimits(), now: Self.start)
        let frames = [
            Self.frame(.text, Array("hé".utf8)), Self.frame(.binary, [0xFF]), Self.frame(.text, [0xC3], fin: false),
            Self.frame(.pong), Self.frame(.continuation, [], fin: false), Self.frame(.continuation, [0xA9]),
        ]
        for frame in frames { #expect(state.receive(frame, now: Self.start).isEmpty) }
        #expect(state.isOpen)
    }

    @Test("a ping is answered with its bytes, also inside a message")
    func ping() {
        var state = WebSocketState(limits: WebSocketLimits(), now: Self.start)
        #expect(state.receive(Self.frame(.text, [], fin: false), now: Self.start).isEmpty)
        #expect(
            state.receive(Self.frame(.ping, [1, 2]), now: Self.start) == [.send(.pong, ByteBuffer(bytes: [1, 2]))])
    }

    @Test(
        "what breaks the protocol is closed with its code",
        arguments: [
            (1002, [frame(.text, masked: false)]), (1002, [frame(.text, rsv1: true)]),
            (1002, [frame(.continuation)]), (1002, [frame(.text, fin: false), frame(.text)]),
            (1002, [frame(WebSocketOpcode(encodedWebSocketOpcode: 3)!)]),
            (1002, [frame(WebSocketOpcode(encodedWebSocketOpcode: 0xB)!)]),
            (1007, [frame(.text, [0xFF])]), (1007, [frame(.text, [0xC3], fin: false), frame(.continuation, [0x28])]),
            (1009, [frame(.binary, [UInt8](repeating: 0, count: 65_537))]),
            (
                1009,
                (0..<66).map { frame($0 == 0 ? .text : .continuation, [UInt8](repeating: 97, count: 1000), fin: false) }
            ),
        ] as [(UInt16, [WebSocketFrame])])
    func violations(code: UInt16, frames: [WebSocketFrame]) throws {
        var state = WebSocketState(limits: WebSocketLimits(), now: Self.start)
        for frame in frames.dropLast() { #expect(state.receive(frame, now: Self.start).isEmpty) }
        let actions = state.receive(try #require(frames.last), now: Self.start)
        #expect(Self.code(actions) == code)
        #expect(!state.isOpen)
        #expect(state.receive(Self.frame(.ping), now: Self.start).isEmpty)
        #expect(state.receive(Self.frame(.connectionClose), now: Self.start) == [.end])
    }

    @Test(
        "a client's closing is answered with its code, or with the right one",
        arguments: [
            ([], nil), ([0x03, 0xE8], 1000), ([0x03, 0xE8] + Array("bye".utf8), 1000), ([0x0F, 0xA0], 4000),
            ([0x03], 1002), ([0x03, 0xED], 1002), ([0, 0], 1002), ([0x13, 0x88], 1002), ([0x03, 0xE8, 0xFF], 1007),
        ] as [([UInt8], UInt16?)])
    func closing(payload: [UInt8], code: UInt16?) throws {
        var state = WebSocketState(limits: WebSocketLimits(), now: Self.start)
        let actions = state.receive(Self.frame(.connectionClose, payload), now: Self.start)
        #expect(actions.count == 1)
        guard case .sendClose(let sent, _, let thenEnd) = actions[0] else {
            Issue.record("no close frame")
            return
        }
        #expect(sent?.rawValue == code)
        #expect(thenEnd)
    }

    @Test("frames that cannot be read are closed with 1009 or 1002")
    func unreadable() {
        var state = WebSocketState(limits: WebSocketLimits(), now: Self.start)
        #expect(Self.code(state.fail(.invalidFrameLength, now: Self.start)) == 1009)
        state = WebSocketState(limits: WebSocketLimits(), now: Self.start)
        #expect(Self.code(state.fail(.multiByteControlFrameLength, now: Self.start)) == 1002)
        #expect(state.fail(.fragmentedControlFrame, now: Self.start).isEmpty)
    }

    @Test("a ping goes out every interval, and a client that leaves one unanswered is cut off")
    func pinging() {
        let limits = WebSocketLimits()
        var state = WebSocketState(limits: limits, now: Self.start)
        var now = Self.start
        for _ in 1...3 {
            now = now + limits.pingInterval
            #expect(state.deadline == now)
            #expect(state.timePassed(now: now) == [.send(.ping, ByteBuffer())])
            #expect(state.receive(Self.frame(.pong), now: now).isEmpty)
        }
        now = now + limits.pingInterval
        #expect(state.timePassed(now: now) == [.send(.ping, ByteBuffer())])
        now = now + limits.pingInterval
        #expect(state.timePassed(now: now) == [.end])
        #expect(state.deadline == nil)
    }

    @Test("a client that takes nothing is closed with 4408, and then cut off")
    func slowReader() {
        let limits = WebSocketLimits()
        var state = WebSocketState(limits: limits, now: Self.start)
        state.changeWritability(false, now: Self.start)
        let ping = Self.start + limits.pingInterval
        #expect(state.timePassed(now: ping).isEmpty)
        let slow = Self.start + limits.slowReaderTimeout
        #expect(state.deadline == slow)
        #expect(Self.code(state.timePassed(now: slow)) == 4408)
        #expect(state.timePassed(now: slow + limits.closeTimeout) == [.end])
    }

    @Test("a client that takes something in between is served on")
    func slowButLiving() {
        let limits = WebSocketLimits()
        var state = WebSocketState(limits: limits, now: Self.start)
        state.changeWritability(false, now: Self.start)
        state.changeWritability(true, now: Self.start + .seconds(29))
        state.changeWritability(false, now: Self.start + .seconds(29))
        _ = state.timePassed(now: Self.start + .seconds(20))
        #expect(state.timePassed(now: Self.start + .seconds(31)).isEmpty)
        #expect(state.isOpen)
    }

    @Test("a closing of ours waits for the client's, for a while")
    func ourClosing() {
        let limits = WebSocketLimits()
        var state = WebSocketState(limits: limits, now: Self.start)
        #expect(Self.code(state.close(.goingAway, "", Self.start)) == 1001)
        #expect(state.close(.normal, "", Self.start).isEmpty)
        #expect(state.receive(Self.frame(.text, [0xFF]), now: Self.start).isEmpty)
        #expect(state.deadline == Self.start + limits.closeTimeout)
        #expect(state.receive(Self.frame(.connectionClose), now: Self.start) == [.end])
    }
}
