import SwiftProtobuf
import Tracking

/// The lifecycle of a session as another server recorded it: checked, folded, and ready to be appended.
struct ImportedHistory {
    let session: Session.ID
    private(set) var state = SessionDecider.initialState
    private(set) var files = SessionFiles()
    private(set) var content = StreamContent()
    private(set) var events: [NewEvent] = []
    private(set) var checkpoints: [Checkpoint.ID] = []

    init(of session: Session.ID) { self.session = session }

    /// Adds the next record.
    ///
    /// - Throws: `invalid`, its field behind the record's number, for what may not follow.
    mutating func add(_ record: EventRecord) throws {
        do throws(TrackerError) {
            let event: SessionEvent
            do throws(EventCodecError) {
                event = try SessionEvent(type: record.type, payload: [UInt8](record.payload))
            } catch {
                throw .invalid(field: "type", reason: "cannot be taken: \(error)")
            }
            try ImportRules.check(event, after: state)
            events.append(
                try ImportRules.event(
                    of: record, in: session.stream, at: UInt64(events.count) + 1, priority: event.priority,
                    schemaVersion: SessionEvent.schemaVersion))
            SessionDecider.evolve(&state, with: event)
            files.add(event)
            content.add(record)
            if case .checkpointSaved(let saved) = event, let id = Checkpoint.ID(saved.checkpointID) {
                checkpoints.append(id)
            }
        } catch {
            guard case .invalid(let field, let reason) = error else { throw error }
            throw TrackerError.invalid(field: "session_events[\(events.count)].\(field)", reason: reason)
        }
    }

    /// The events that the import adds: its record, and the stop of a session that had not ended.
    func closing(_ draft: ImportDraft) throws(EventCodecError) -> [NewEvent] {
        guard !state.hasEnded, let status = state.status?.rawValue else {
            return [try SessionEvent.imported(draft.event(interruptedStatus: "")).encoded()]
        }
        let stopped = SessionEvent.stopped(
            .with {
                $0.attempt = state.attempt?.number ?? 0
                $0.epoch = state.epoch
                $0.step = state.step
                $0.message = "it was \(status) on \(draft.source) when it was exported from there"
            })
        return [
            try SessionEvent.imported(draft.event(interruptedStatus: status)).encoded(), try stopped.encoded(),
        ]
    }
}

/// The measurements of a session as another server recorded them, checked one after the other.
struct ImportedTelemetry {
    let session: Session.ID
    private(set) var content = StreamContent()
    private var count: UInt64 = 0

    init(of session: Session.ID) { self.session = session }

    /// The next record as it is to be appended.
    mutating func next(_ record: EventRecord) throws -> NewEvent {
        do throws(TrackerError) {
            let event: TelemetryEvent
            do throws(EventCodecError) {
                event = try TelemetryEvent(type: record.type, payload: [UInt8](record.payload))
            } catch {
                throw .invalid(field: "type", reason: "cannot be taken: \(error)")
            }
            try ImportRules.check(event)
            content.add(record)
            count += 1
            return try ImportRules.event(
                of: record, in: session.telemetry, at: count, priority: event.priority,
                schemaVersion: TelemetryEvent.schemaVersion)
        } catch {
            guard case .invalid(let field, let reason) = error else { throw error }
            throw TrackerError.invalid(field: "telemetry_events[\(count)].\(field)", reason: reason)
        }
    }
}
