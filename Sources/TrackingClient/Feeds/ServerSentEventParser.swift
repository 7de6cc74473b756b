/// Reads `text/event-stream` (WHATWG HTML, section 9.2.6) from bytes that arrive in pieces.
///
/// An event is complete at its blank line; what is unfinished when the stream ends is dropped.
package struct ServerSentEventParser: Sendable {
    /// The last `id:` seen, which a reconnection sends as `Last-Event-ID`.
    package private(set) var lastEventID = ""
    /// The delay that `retry:` last asked for.
    package private(set) var reconnectionDelay: Duration?

    private var lines = LineSplitter(maximumByteCount: 1 << 20)
    private var isFirstLine = true
    private var type = ""
    private var data: [UInt8] = []
    private var hasData = false

    package init() {}

    /// The events that `bytes` complete. Throws `unexpectedAnswer` when a line or an event is larger than 1 MiB.
    package mutating func append(_ bytes: some Sequence<UInt8>) throws(ClientError) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for line in try lines.append(bytes) {
            if let event = try take(line[...]) { events.append(event) }
        }
        return events
    }

    private mutating func take(_ line: ArraySlice<UInt8>) throws(ClientError) -> ServerSentEvent? {
        var line = line
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        }
        guard !line.isEmpty else { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        let name = line[..<(colon ?? line.endIndex)]
        var value = colon.map { line[($0 + 1)...] } ?? []
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: name, as: UTF8.self) {
        case "data":
            guard data.count + value.count < 1 << 20 else {
                throw ClientError(
                    .unexpectedAnswer, "The server sent a frame of more than 1 MiB. Is it a PIVOT server?")
            }
            if hasData { data.append(UInt8(ascii: "\n")) }
            data += value
            hasData = true
        case "event": type = String(decoding: value, as: UTF8.self)
        case "id": if !value.contains(0) { lastEventID = String(decoding: value, as: UTF8.self) }
        case "retry":
            if value.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let milliseconds = Int64(String(decoding: value, as: UTF8.self))
            {
                reconnectionDelay = .milliseconds(milliseconds)
            }
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            type = ""
            data.removeAll(keepingCapacity: true)
            hasData = false
        }
        guard hasData else { return nil }
        return ServerSentEvent(
            id: lastEventID, type: type.isEmpty ? "message" : type, data: String(decoding: data, as: UTF8.self))
    }
}
