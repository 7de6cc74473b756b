extension APIClient {
    /// The live feed of a session: its lifecycle, epochs and checkpoints first, then what happens. `types` names the
    /// frames wanted, all but heartbeats when empty; `after` begins after a position.
    package func feed(
        session: String, types: [String] = [], after: UInt64? = nil, policy: RetryPolicy = .patient
    ) -> Feed<FrameDecoder> {
        feed(["sse", "training", session], types: types, after: after, policy: policy)
    }

    /// The live feed of all sessions, from now or after a position. It has no end.
    package func broadcast(
        types: [String] = [], after: UInt64? = nil, policy: RetryPolicy = .patient
    ) -> Feed<FrameDecoder> {
        feed(["sse", "broadcast"], types: types, after: after, policy: policy)
    }

    /// The records of the log after `after`, or of one session. With `follow` the sequence goes on with records as they
    /// are written; else it ends after `limit` records (100 when nil, 1,000 at most).
    package func events(
        session: String? = nil, stream: EventStreams = .session, after: UInt64 = 0, limit: Int? = nil,
        follow: Bool = false, policy: RetryPolicy = .patient
    ) -> Feed<EventLineDecoder> {
        let segments = session.map { ["training", "sessions", $0, "events"] } ?? ["events"]
        return Feed(
            client: self,
            request: { position in
                APIRequest(
                    method: "GET", segments: segments,
                    query: APIRequest.present([
                        ("stream", session == nil || stream == .session ? nil : stream.rawValue),
                        ("after", String(max(after, position ?? 0))), ("limit", limit.map(String.init)),
                        ("follow", follow ? "true" : nil),
                    ]), headers: [("Accept", "application/x-ndjson")], isRepeatable: true)
            }, endsWithAnswer: !follow, policy: follow ? policy : configuration.retries)
    }

    private func feed(
        _ segments: [String], types: [String], after: UInt64?, policy: RetryPolicy
    ) -> Feed<FrameDecoder> {
        Feed(
            client: self,
            request: { position in
                var request = APIRequest(
                    method: "GET", segments: segments,
                    query: APIRequest.present([
                        ("types", types.isEmpty ? nil : types.joined(separator: ",")),
                        ("after", after.map { String($0) }),
                    ]), headers: [("Accept", "text/event-stream")], isRepeatable: true)
                if let position { request.headers.append(("Last-Event-ID", String(position))) }
                return request
            }, endsWithAnswer: false, policy: policy)
    }
}
