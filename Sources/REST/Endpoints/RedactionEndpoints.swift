import API
import Application
import Hummingbird
import Tracking
import WebServer

/// Forget content of sessions.
struct RedactionEndpoints {
    let tracker: Tracker

    var all: [Endpoint] { [Endpoint(.redactSession, redact)] }

    @Sendable private func redact(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let (request, body) = try await call.json(RedactionRequest.self, of: .redactSession)
        let order = RedactionOrder(
            kinds: Set(request.kinds), reason: request.reason, before: request.before,
            positions: request.positions.map { Set($0.map { LogPosition($0) }) })
        if request.isDryRun == true {
            return .written(try await tracker.redactions.preview(session, order)) {
                RedactionInfo(of: session, request, $0)
            }
        }
        return .written(
            try await tracker.redactions.redact(session, order, as: try call.identity("redact", body))
        ) { RedactionInfo(of: session, request, $0) }
    }
}

extension RedactionInfo {
    fileprivate init(of session: Session.ID, _ request: RedactionRequest, _ outcome: Redactions.Outcome) {
        self.init()
        sessionID = session.text
        kinds = Set(request.kinds).sorted { $0.rawValue < $1.rawValue }
        reason = request.reason
        before = request.before
        isDryRun = request.isDryRun ?? false
        recordCount = outcome.redacted.recordCount
        byteCount = outcome.redacted.byteCount
        remainingCount = outcome.remaining.recordCount
        remainingByteCount = outcome.remaining.byteCount
        position = outcome.position?.rawValue
        recordedAt = outcome.recordedAt
    }
}
