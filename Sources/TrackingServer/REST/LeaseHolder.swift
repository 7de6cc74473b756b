import EventLog
import HTTPTypes
import Hummingbird
import JSON
import Reactors
import Tracking

/// Who speaks in a trainer's request: the attempt whose token it shows.
struct LeaseHolder: Sendable {
    var session: Session.ID
    var attempt: UInt32
    var tokenDigest: String

    /// What the rules of a session are asked with.
    var holder: SessionCommand.Holder { .init(attempt: attempt, tokenDigest: tokenDigest) }
}

extension TrackingService {
    /// The token of `Authorization: Lease <token>`; nil when there is no such header.
    static func leaseToken(of request: Request) -> Substring? {
        guard let text = request.headers[.authorization] else { return nil }
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "lease" else { return nil }
        return parts[1]
    }

    /// The attempt that `request` speaks for; its lease begins anew if it still holds the session.
    ///
    /// - Parameter claimed: The attempt that the body or the path names.
    /// - Throws: 404 for an unknown session, 403 without a genuine token, 422 when the token is another attempt's.
    func leaseHolder(
        of request: Request, session: Session.ID, claimed: UInt32?, field: String = "attempt"
    ) async throws -> (LeaseHolder, SessionState) {
        var state = try await state(of: session)
        guard let token = Self.leaseToken(of: request) else {
            throw APIError(
                .forbidden, code: "lease_required",
                message: "This call is for the attempt that trains the session. Claim one, then send "
                    + "'Authorization: Lease <token>'.")
        }
        let digest = LeaseTokens.digest(of: token)
        var index = state.tokenDigests.lastIndex(of: digest)
        if index == nil {
            state = try await sessions.state(of: session.stream)
            index = state.tokenDigests.lastIndex(of: digest)
        }
        guard let index else {
            throw APIError(
                .forbidden, code: "lease_invalid", message: "The lease token belongs to no attempt of \(session).")
        }
        let attempt = UInt32(index) + 1
        if let claimed, claimed != attempt {
            throw FieldError(field, "is \(claimed), and the lease token is that of attempt \(attempt)")
        }
        leases.renew(.init(session: session, attempt: attempt), at: elapsed())
        return (LeaseHolder(session: session, attempt: attempt, tokenDigest: digest), state)
    }

    /// What a trainer's report is answered with.
    func receipt(
        _ session: Session.ID, _ state: SessionState, attempt: UInt32?, position: LogPosition, accepted: Int? = nil
    ) -> Response {
        var object = receiptFields(session, state, attempt: attempt, position: position)
        if let accepted { object.add("accepted", .count(accepted)) }
        return .json(.object(object), headers: [.logPosition: position.description])
    }

    /// The fields that every answer to a trainer has.
    func receiptFields(
        _ session: Session.ID, _ state: SessionState, attempt: UInt32?, position: LogPosition
    ) -> JSONObject {
        var object = JSONObject()
        object.add("session_id", .string(session.text))
        object.add("status", .string((state.status ?? .created).rawValue))
        object.add("attempt", attempt.map { .count($0) })
        object.add("position", .count(position.rawValue))
        object.add("stop_requested", .bool(state.isStopRequested))
        if let current = state.attempt, current.number == attempt {
            object.add("lease_seconds", .count(current.leaseSeconds))
        }
        return object
    }
}

extension SessionState {
    /// Whether the trainer is to save and stop.
    var isStopRequested: Bool {
        if case .stopping = lifecycle { true } else { false }
    }
}
