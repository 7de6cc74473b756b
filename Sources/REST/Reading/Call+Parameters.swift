package import API
package import Application
import Hummingbird
package import Tracking
package import WebServer

/// Reading the parameters of a path and of a query.
extension Call {
    /// The session in the path.
    ///
    /// - Throws: 404 when the name is not spelled like a session's.
    package func sessionID() throws -> Session.ID {
        try Session.ID(named: parameters["session_id"] ?? "")
    }

    /// The session that the query asks for; nil when it names none.
    ///
    /// - Throws: 404 when the name is not spelled like a session's.
    func queriedSessionID() throws -> Session.ID? {
        try query.text("session_id").map { try Session.ID(named: $0) }
    }

    /// The attempt in the path.
    func attempt() throws(FieldError) -> UInt32 {
        let text = parameters["attempt"] ?? ""
        guard let attempt = UInt32(text), attempt >= 1 else {
            throw FieldError("attempt", "must be an attempt's number, from 1, not '\(text)'")
        }
        return attempt
    }

    /// The freshness that the answer must have: `consistency` and `wait_for`, or the past moment of `as_of`, before which neither
    /// counts.
    package func freshness() throws -> Queries.Freshness {
        let isCurrent: Bool
        switch query.text("consistency") {
        case nil, "current": isCurrent = true
        case "stale": isCurrent = false
        case let text?: throw FieldError("consistency", "must be current or stale, not '\(text)'")
        }
        let awaited = try query.position("wait_for")
        if let moment = try query.moment("as_of") { return .asOf(moment) }
        if let awaited { return .after(awaited) }
        return isCurrent ? .current : .stale
    }

    /// True when what later attempts superseded is asked for too: `attempts=all`.
    package func wantsAllAttempts() throws(FieldError) -> Bool {
        switch query.text("attempts") {
        case nil, "current": return false
        case "all": return true
        case let text?: throw FieldError("attempts", "must be current or all, not '\(text)'")
        }
    }

    /// The metric that the query asks for.
    func metricName() throws(FieldError) -> String? {
        guard let name = query.text("metric_name") else { return nil }
        try MetricNames.check(name, field: "metric_name")
        return name
    }

    /// The lease's token among the credentials.
    package var leaseToken: String? { credentials.flatMap { $0.scheme == "lease" ? $0.value : nil } }
}

extension QueryReader {
    /// A short text of `bytes` bytes.
    func words(_ name: String, bytes: ClosedRange<Int>) throws(FieldError) -> String? {
        guard let text = text(name) else { return nil }
        guard bytes.contains(text.utf8.count), !text.utf8.contains(where: { $0 < 32 || $0 == 127 }) else {
            throw FieldError(
                name, "must be \(bytes.lowerBound) to \(bytes.upperBound) bytes of UTF-8 without control characters")
        }
        return text
    }

    /// A place in the log.
    package func position(_ name: String) throws(APIError) -> LogPosition? {
        guard let text = text(name) else { return nil }
        guard let value = UInt64(text), text.utf8.first != UInt8(ascii: "+") else {
            throw .invalidField(name, "\(name) must be a position in the log, an integer from 0, not '\(text)'.")
        }
        return LogPosition(value)
    }

    /// A moment of the log.
    func moment(_ name: String) throws(FieldError) -> LogMoment? {
        guard let text = text(name) else { return nil }
        guard let moment = LogMoment(text) else {
            throw FieldError(
                name,
                "must be a position in the log, an integer from 1, or a time such as 2026-01-31T12:00:00Z, not "
                    + "'\(text.prefix(80))'")
        }
        return moment
    }
}

extension Session.ID {
    /// The id that a request names.
    ///
    /// - Throws: `unknown` when the text is not spelled like one.
    init(named text: String) throws {
        guard let id = Session.ID(text) else { throw TrackerError.unknown(.session, text) }
        self = id
    }
}
