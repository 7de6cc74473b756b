import API
import SwiftProtobuf
package import Tracking

extension APIClient {
    /// The live feed of a session: its lifecycle, epochs and checkpoints first, then what happens. `types` names the
    /// frames wanted, all but heartbeats when empty; `after` begins after a position.
    package func feed(
        session: String, types: [String] = [], after: UInt64? = nil, policy: RetryPolicy = .patient
    ) -> Feed<FeedFrameDecoder> {
        feed(.followSession, [session], types: types, after: after, policy: policy)
    }

    /// The live feed of all sessions, from now or after a position. It has no end.
    package func broadcast(
        types: [String] = [], after: UInt64? = nil, policy: RetryPolicy = .patient
    ) -> Feed<FeedFrameDecoder> {
        feed(.followEverything, [], types: types, after: after, policy: policy)
    }

    /// The records of the log after `after`, or of one session. With `follow` the sequence goes on with records as they
    /// are written; else it ends after `limit` records (100 when nil, 1,000,000,000 at most).
    package func events(
        session: String? = nil, stream: EventStreams = .session, after: UInt64 = 0, limit: Int? = nil,
        follow: Bool = false, policy: RetryPolicy = .patient
    ) -> Feed<EventLineDecoder> {
        Feed(
            client: self,
            request: { position in
                Self.log(
                    of: session, stream == .session ? nil : stream, after: max(after, position ?? 0), limit: limit,
                    follow: follow, as: "application/x-ndjson")
            }, endsWithAnswer: !follow, policy: follow ? policy : configuration.retries)
    }

    /// The records of the log after `after` as they were recorded, or of one session its lifecycle and its measurements; the
    /// sequence goes on with records as they are written.
    package func records(
        session: String? = nil, after: UInt64, policy: RetryPolicy = .patient
    ) -> Feed<EventRecordDecoder> {
        Feed(
            client: self,
            request: { position in
                Self.log(
                    of: session, .all, after: max(after, position ?? 0), limit: nil, follow: true,
                    as: "application/x-protobuf")
            }, endsWithAnswer: false, policy: policy)
    }

    /// A request for records of the whole log, or of some streams of one session.
    static func log(
        of session: String?, _ streams: EventStreams?, after: UInt64, limit: Int?, follow: Bool, as type: String
    ) -> APIRequest {
        APIRequest(
            session == nil ? .getEvents : .getSessionEvents, session.map { [$0] } ?? [],
            query: [
                ("stream", session == nil ? nil : streams?.rawValue), ("after", String(after)),
                ("limit", limit.map(String.init)), ("follow", follow ? "true" : nil),
            ], headers: [("Accept", type)])
    }

    /// The session's lifecycle after `after`: at most `limit` records, all in memory, with their events as they were
    /// recorded. Fewer are the last there are.
    package func records(
        of session: String, after: UInt64, limit: Int
    ) async throws(ClientError) -> [EventRecord] {
        let request = APIRequest(
            .getSessionEvents, [session], query: [("after", String(after)), ("limit", String(limit))],
            headers: [("Accept", "application/x-protobuf")])
        let bytes = try await bytes(request)
        do {
            return try DelimitedMessages(bytes).read()
        } catch {
            throw ClientError(
                .unexpectedAnswer,
                "The answer to \(request.name) is not a stream of event records. Is the server a different version?")
        }
    }

    private func feed(
        _ operation: API.Operation, _ path: [String], types: [String], after: UInt64?, policy: RetryPolicy
    ) -> Feed<FeedFrameDecoder> {
        Feed(
            client: self,
            request: { position in
                var request = APIRequest(
                    operation, path,
                    query: [
                        ("types", types.isEmpty ? nil : types.joined(separator: ",")),
                        ("after", after.map { String($0) }),
                    ], headers: [("Accept", "text/event-stream")])
                if let position { request.headers.append(("Last-Event-ID", String(position))) }
                return request
            }, endsWithAnswer: false, policy: policy)
    }
}
