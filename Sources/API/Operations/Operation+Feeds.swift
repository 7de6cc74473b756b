/// The log itself, and the live feeds of it.
extension Operation {
    static let feeds: [Operation] = [
        .getEvents, .getSessionEvents, .followSession, .followEverything, .connectToSession, .connectToEverything,
    ]

    private static let lines = ["stream", "after", "limit", "follow"]
    private static let frames = ["types", "after"]

    package static let getEvents = Operation(
        "getEvents", .get, "/events", for: .viewer, query: lines, answering: .events)
    package static let getSessionEvents = Operation(
        "getSessionEvents", .get, "/training/sessions/{session_id}/events", for: .viewer, query: lines,
        answering: .events)
    package static let followSession = Operation(
        "followSession", .get, "/sse/training/{session_id}", for: .viewer, query: frames + ["named"], 200, 204,
        answering: .frames)
    package static let followEverything = Operation(
        "followEverything", .get, "/sse/broadcast", for: .viewer, query: frames + ["named"], answering: .frames)
    package static let connectToSession = Operation(
        "connectToSession", .get, "/ws/training/{session_id}", for: .viewer, query: frames, 101,
        answering: .webSocket)
    package static let connectToEverything = Operation(
        "connectToEverything", .get, "/ws/broadcast", for: .viewer, query: frames, 101, answering: .webSocket)
}
