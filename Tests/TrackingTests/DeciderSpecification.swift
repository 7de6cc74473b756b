import Testing
import Tracking

/// Given a past, when a command comes, then these events, this refusal, or silence.
struct DeciderSpecification<D: Decider> where D.Refusal: Equatable {
    private var past: [D.Event] = []

    init(given past: [D.Event] = []) { self.past = past }

    func given(_ events: D.Event...) -> Self {
        var copy = self
        copy.past += events
        return copy
    }

    var state: D.State {
        past.reduce(into: D.initialState) { D.evolve(&$0, with: $1) }
    }

    func when(
        _ command: D.Command, then expected: [D.Event], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        do {
            let events = try D.decide(command, given: state)
            #expect(events == expected, sourceLocation: sourceLocation)
        } catch {
            Issue.record("refused: \(error)", sourceLocation: sourceLocation)
        }
    }

    func when(
        _ command: D.Command, refuses expected: D.Refusal, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        do {
            let events = try D.decide(command, given: state)
            Issue.record("expected the refusal \(expected), got \(events)", sourceLocation: sourceLocation)
        } catch {
            #expect(error == expected, sourceLocation: sourceLocation)
        }
    }

    /// What the command does, as one value that can be compared in tables.
    func outcome(of command: D.Command) -> Result<[D.Event], D.Refusal> {
        do {
            return .success(try D.decide(command, given: state))
        } catch {
            return .failure(error)
        }
    }
}
