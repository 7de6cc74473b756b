import EventLog
import Tracking

/// What the log says of a session as far as one of its checkpoints depends on it.
struct SessionPast: Sendable {
    typealias Said<Event> = (record: RecordedEvent, event: Event)

    let checkpoint: String
    private(set) var created: Said<SessionCreated>?
    private(set) var saved: Said<CheckpointSaved>?
    /// Where the checkpoint was deleted, or the session was.
    private(set) var deletion: LogPosition?
    private var starts: [Said<AttemptStarted>] = []
    private var reports: [Said<ProvenanceRecorded>] = []

    private static let types: Set<String> = [
        "session.created", "session.checkpoint_saved", "session.checkpoint_deleted", "session.deleted",
        "session.attempt_started", "session.provenance_recorded",
    ]

    /// Reads the session's stream up to `position`, a batch at a time.
    init(
        of session: Session.ID, checkpoint: String, through position: LogPosition, in store: any EventStore
    ) async throws {
        self.checkpoint = checkpoint
        var version = StreamVersion.none
        while true {
            let batch = try await store.events(in: session.stream, after: version, limit: .standard)
            for record in batch where record.position <= position && Self.types.contains(record.type) {
                take(record, try SessionEvent(record))
            }
            guard let last = batch.last, last.position < position else { return }
            version = last.version
        }
    }

    private mutating func take(_ record: RecordedEvent, _ event: SessionEvent) {
        switch event {
        case .created(let event): created = (record, event)
        case .checkpointSaved(let event) where event.checkpointID == checkpoint: saved = (record, event)
        case .checkpointDeleted(let event) where event.checkpointID == checkpoint: deletion = record.position
        case .deleted: deletion = record.position
        case .attemptStarted(let event): starts.append((record, event))
        case .provenanceRecorded(let event): reports.append((record, event))
        default: break
        }
    }

    /// The start of the attempt that saved the checkpoint; nil for an upload.
    var start: Said<AttemptStarted>? {
        starts.last { $0.event.attempt == saved?.event.attempt }
    }

    /// The facts whose names are wanted, as the last report says them that has one of them, or with a `key` that has that one.
    /// Of a checkpoint that an attempt saved, reports of later attempts say nothing.
    func facts(
        where isWanted: (String) -> Bool, including key: String?
    ) -> (record: RecordedEvent, facts: [Parameter])? {
        let attempt = saved.map(\.event.attempt) ?? 0
        let known = reports.filter { attempt == 0 || $0.event.attempt <= attempt }
        let newest = known.enumerated().sorted { first, second in
            (first.element.event.attempt, first.offset) < (second.element.event.attempt, second.offset)
        }
        for (_, report) in newest.reversed() {
            let facts = report.event.facts.filter { isWanted($0.name) }
            if key.map({ key in facts.contains { $0.name == key } }) ?? !facts.isEmpty { return (report.record, facts) }
        }
        return nil
    }
}
