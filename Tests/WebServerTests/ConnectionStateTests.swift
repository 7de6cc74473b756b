import HTTPTypes
import NIOCore
import NIOHTTP1
import Testing
import WebServer

/// What a connection waits for and does, as tables.
@Suite("Connection state")
struct ConnectionStateTests {
    static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    /// With a rate of bodies that only its own tests meet.
    static let limits: ConnectionLimits = {
        var limits = ConnectionLimits()
        limits.bodyWindow = .hours(10)
        return limits
    }()

    static func head(_ headers: HTTPHeaders = [:], version: HTTPVersion = .http1_1, uri: String = "/")
        -> HTTPRequestHead
    {
        var headers = headers
        headers.add(name: "Host", value: "localhost")
        return HTTPRequestHead(version: version, method: .POST, uri: uri, headers: headers)
    }

    static func status(_ action: ConnectionState.Action) -> Int? {
        switch action {
        case .refuse(let error), .failBody(let error): error.status.code
        default: nil
        }
    }

    static func isClose(_ action: ConnectionState.Action) -> Bool {
        if case .close = action { true } else { false }
    }

    static func isAbort(_ action: ConnectionState.Action) -> Bool {
        if case .abort = action { true } else { false }
    }

    static func isNothing(_ action: ConnectionState.Action) -> Bool {
        if case .nothing = action { true } else { false }
    }

    /// A state after a whole request came in.
    static func afterRequest(_ head: HTTPRequestHead = head()) -> ConnectionState {
        var state = ConnectionState(limits: limits, now: start)
        #expect(state.receiveHead(head, now: start).0 == .forward)
        #expect(state.receiveEnd(now: start).0 == .forward)
        state.completeRead(now: start)
        return state
    }

    @Test("a connection that says nothing is closed after the time for a head")
    func silent() {
        var state = ConnectionState(limits: Self.limits, now: Self.start)
        let deadline = Self.start + Self.limits.headTimeout
        #expect(state.deadline == deadline)
        #expect(Self.isNothing(state.timePassed(now: deadline - .nanoseconds(1))))
        #expect(Self.isClose(state.timePassed(now: deadline)))
    }

    @Test("a head that began is refused with 408, counted from its first byte")
    func slowHead() {
        var state = Self.afterRequest()
        #expect(Self.isNothing(state.completeResponse(now: Self.start)))
        #expect(state.deadline == Self.start + Self.limits.idleTimeout)
        let first = Self.start + .seconds(60)
        state.completeRead(now: first)
        state.completeRead(now: first + .seconds(9))
        #expect(state.deadline == first + Self.limits.headTimeout)
        #expect(Self.status(state.timePassed(now: first + Self.limits.headTimeout)) == 408)
    }

    @Test("a body's time runs only while the server wants more of it")
    func slowBody() {
        var state = ConnectionState(limits: Self.limits, now: Self.start)
        _ = state.receiveHead(Self.head(), now: Self.start)
        state.completeRead(now: Self.start)
        #expect(state.deadline == nil)
        let wanted = Self.start + .hours(1)
        state.requestRead(now: wanted)
        #expect(state.deadline == wanted + Self.limits.bodyTimeout)
        _ = state.receiveBody(byteCount: 1, now: wanted + .seconds(29))
        #expect(state.deadline == wanted + .seconds(29) + Self.limits.bodyTimeout)
        #expect(Self.status(state.timePassed(now: wanted + .seconds(60))) == 408)
    }

    @Test("a body must bring its least rate in each window of the time for which it is waited for")
    func slowRate() {
        var limits = Self.limits
        (limits.minimumBodyByteRate, limits.bodyWindow) = (100, .seconds(10))
        var state = ConnectionState(limits: limits, now: Self.start)
        _ = state.receiveHead(Self.head(), now: Self.start)
        // The server does not want more for an hour: that time does not count.
        state.completeRead(now: Self.start + .seconds(4))
        let wanted = Self.start + .hours(1)
        state.requestRead(now: wanted)
        #expect(state.deadline == wanted + .seconds(6))
        _ = state.receiveBody(byteCount: 1000, now: wanted + .seconds(5))
        #expect(Self.isNothing(state.timePassed(now: wanted + .seconds(6))))
        #expect(state.deadline == wanted + .seconds(16))
        for second in 7..<16 {
            _ = state.receiveBody(byteCount: 100, now: wanted + .seconds(Int64(second)))
            state.completeRead(now: wanted + .seconds(Int64(second)))
            state.requestRead(now: wanted + .seconds(Int64(second)))
        }
        #expect(Self.status(state.timePassed(now: wanted + .seconds(16))) == 408)
    }

    @Test("without a least rate a body may take its time")
    func anyRate() {
        var limits = Self.limits
        limits.minimumBodyByteRate = 0
        var state = ConnectionState(limits: limits, now: Self.start)
        _ = state.receiveHead(Self.head(), now: Self.start)
        #expect(state.deadline == Self.start + limits.bodyTimeout)
    }

    @Test("an answer that takes its time is not hurried")
    func slowAnswer() {
        let state = Self.afterRequest()
        #expect(state.deadline == nil)
    }

    @Test("a connection is kept, or closed as its request says")
    func keepAlive() {
        for (head, connection) in [
            (Self.head(), nil), (Self.head(["Connection": "close"]), "close"),
            (Self.head(["Upgrade": "h2c"]), "close"), (Self.head(version: .http1_0), "close"),
            (Self.head(["Connection": "keep-alive"], version: .http1_0), "keep-alive"),
        ] as [(HTTPRequestHead, String?)] {
            var state = Self.afterRequest(head)
            let edit = state.editHead(status: .ok)
            #expect(edit?.connection == connection)
            #expect(edit?.version == head.version)
            #expect(state.editHead(status: .continue) == nil)
            #expect(Self.isClose(state.completeResponse(now: Self.start)) == (connection == "close"))
        }
    }

    @Test("an answer to a client that still waits for its 100 closes the connection, one after the 100 does not")
    func expectation() {
        for isContinued in [false, true] {
            var state = ConnectionState(limits: Self.limits, now: Self.start)
            _ = state.receiveHead(Self.head(["Expect": "100-continue", "Content-Length": "5"]), now: Self.start)
            if isContinued { #expect(state.editHead(status: .continue) == nil) }
            #expect(state.editHead(status: .notFound)?.connection == (isContinued ? nil : "close"))
        }
    }

    @Test("a refusal waits for the answers before it")
    func postponedRefusal() {
        var state = Self.afterRequest()
        #expect(Self.isNothing(state.failParsing(.invalidMethod)))
        #expect(state.receiveHead(Self.head(), now: Self.start).0 == .drop)
        #expect(Self.status(state.completeResponse(now: Self.start)) == 400)
    }

    @Test("heads that are refused", arguments: [("/" + String(repeating: "a", count: 16_384), 414)])
    func refusedHeads(uri: String, status: Int) {
        var state = ConnectionState(limits: Self.limits, now: Self.start)
        let (inbound, action) = state.receiveHead(Self.head(uri: uri), now: Self.start)
        #expect(inbound == .drop)
        #expect(Self.status(action) == status)
    }

    @Test("a stop waits for what is under way and closes what is not")
    func quiesce() {
        var idle = ConnectionState(limits: Self.limits, now: Self.start)
        #expect(Self.isClose(idle.quiesce(now: Self.start)))
        var busy = Self.afterRequest()
        #expect(Self.isNothing(busy.quiesce(now: Self.start)))
        #expect(busy.editHead(status: .ok)?.connection == "close")
        #expect(Self.isClose(busy.completeResponse(now: Self.start)))
    }

    @Test("a body that is under way at a stop has a moment left, then its request is answered 503")
    func quiescedBody() {
        var state = ConnectionState(limits: Self.limits, now: Self.start)
        _ = state.receiveHead(Self.head(["Content-Length": "5"]), now: Self.start)
        #expect(Self.isNothing(state.quiesce(now: Self.start)))
        let deadline = Self.start + Self.limits.shutdownBodyTimeout
        #expect(state.deadline == deadline)
        _ = state.receiveBody(byteCount: 1, now: deadline - .nanoseconds(1))
        #expect(state.deadline == deadline)
        #expect(Self.isNothing(state.timePassed(now: deadline - .nanoseconds(1))))
        #expect(Self.status(state.timePassed(now: deadline)) == 503)
        #expect(state.editHead(status: .serviceUnavailable)?.connection == "close")
    }

    @Test(
        "a coding of the transfer that is not chunks alone is refused with 501, any of HTTP/1.0 with 400",
        arguments: [
            ("gzip, chunked", .http1_1, 501), ("gzip", .http1_1, 501), ("chunked, chunked", .http1_1, 501),
            ("chunked", .http1_0, 400), ("Chunked", .http1_1, nil),
        ] as [(String, HTTPVersion, Int?)])
    func transferCodings(coding: String, version: HTTPVersion, status: Int?) {
        var state = ConnectionState(limits: Self.limits, now: Self.start)
        let (_, action) = state.receiveHead(
            Self.head(["Transfer-Encoding": coding], version: version), now: Self.start)
        #expect(Self.status(action) == status)
    }

    @Test("a body that nobody wants is read over up to a limit")
    func drain() {
        var state = ConnectionState(limits: Self.limits, now: Self.start)
        _ = state.receiveHead(Self.head(), now: Self.start)
        #expect(Self.isNothing(state.completeResponse(now: Self.start)))
        let limit = Self.limits.maximumDrainedByteCount
        #expect(Self.isNothing(state.receiveBody(byteCount: limit, now: Self.start).1))
        #expect(Self.isClose(state.receiveBody(byteCount: 1, now: Self.start).1))
    }

    @Test("a client that takes nothing of an answer is cut off")
    func stalledWrite() {
        var state = Self.afterRequest()
        state.changeWritability(false, now: Self.start)
        let deadline = Self.start + Self.limits.writeStallTimeout
        #expect(state.deadline == deadline)
        #expect(Self.isAbort(state.timePassed(now: deadline)))
        state.changeWritability(true, now: Self.start)
        #expect(state.deadline == nil)
    }

    @Test("after the last answer the client has a moment to read it")
    func linger() {
        var state = Self.afterRequest(Self.head(["Connection": "close"]))
        #expect(Self.isClose(state.completeResponse(now: Self.start)))
        state.beginClosing(now: Self.start)
        #expect(state.isClosing)
        #expect(state.receiveHead(Self.head(), now: Self.start).0 == .drop)
        let deadline = Self.start + Self.limits.lingerTimeout
        #expect(state.deadline == deadline)
        #expect(Self.isAbort(state.timePassed(now: deadline)))
        #expect(Self.isAbort(state.closeInput()))
    }
}
