package import Application
import EventLog
package import Testing
package import Tracking

/// Expects that `body` is refused by the rules of a session with `expected`.
package func expectRefusal(
    _ expected: SessionRefusal, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("not refused", sourceLocation: sourceLocation)
    } catch let error as CommandError<SessionRefusal> {
        guard case .refused(let refusal, _) = error else {
            Issue.record("failed: \(error)", sourceLocation: sourceLocation)
            return
        }
        #expect(refusal == expected, sourceLocation: sourceLocation)
    } catch let refusal as SessionRefusal {
        #expect(refusal == expected, sourceLocation: sourceLocation)
    } catch {
        Issue.record("failed: \(error)", sourceLocation: sourceLocation)
    }
}

/// Expects that the tracker does not do what `body` asks, for the reason `expected`.
package func expectError(
    _ expected: TrackerError, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("not refused", sourceLocation: sourceLocation)
    } catch let error as TrackerError {
        #expect(error == expected, sourceLocation: sourceLocation)
    } catch {
        Issue.record("failed: \(error)", sourceLocation: sourceLocation)
    }
}
