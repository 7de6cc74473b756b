import SwiftProtobuf

/// The content that can be removed from the records of a session: what no decider needs for its state.
///
/// A redacted record keeps an event of its type, without the content: so every fold takes it as it takes any other. What must
/// stay, and why, is in the article on redactions.
package enum RedactionKind: String, CaseIterable, Sendable {
    /// The text of logged lines; their number, times, sources and levels stay.
    case logs
    /// The values of host readings, which become NaN; their names and times stay.
    case hostReadings = "host_readings"
    /// The notes, as they were at any time. They go as a whole.
    case notes
    /// The values of the facts of provenance: command lines, host names, commits, packages; the facts' names stay. They go as a
    /// whole. The file of the uncommitted changes is an artifact, which is deleted as such.
    case provenance

    /// True when the records of the kind are those of the session's telemetry, of which a part can be redacted.
    package var isTelemetry: Bool { self == .logs || self == .hostReadings }

    /// The payload that is left of `record` without the content of this kind; nil when there is none in it, and when it was
    /// redacted already.
    ///
    /// - Throws: When the record's event cannot be read.
    package func remainder(of record: RecordedEvent) throws(EventCodecError) -> [UInt8]? {
        guard record.redactedBy == nil else { return nil }
        switch (self, record.stream.category) {
        case (.logs, .telemetry), (.hostReadings, .telemetry):
            let event = try TelemetryEvent(record)
            let rest = without(event)
            return rest == event ? nil : try rest.encoded().payload
        case (.notes, .session), (.provenance, .session):
            let event = try SessionEvent(record)
            let rest = without(event)
            return rest == event ? nil : try rest.encoded().payload
        default: return nil
        }
    }

    /// `event` without the content of this kind.
    private func without(_ event: TelemetryEvent) -> TelemetryEvent {
        switch (self, event) {
        case (.logs, .linesLogged(let logged)): .linesLogged(logged.redacted)
        case (.hostReadings, .hostReadingsTaken(let taken)): .hostReadingsTaken(taken.redacted)
        default: event
        }
    }

    /// `event` without the content of this kind.
    private func without(_ event: SessionEvent) -> SessionEvent {
        switch (self, event) {
        case (.notes, .created(var created)):
            created.notes = ""
            return .created(created)
        case (.notes, .noted): return .noted(Noted())
        case (.provenance, .provenanceRecorded(var recorded)):
            recorded.facts = recorded.facts.map(\.redacted)
            return .provenanceRecorded(recorded)
        default: return event
        }
    }
}

extension LinesLogged {
    /// The lines without their texts.
    package var redacted: LinesLogged {
        var rest = self
        for index in rest.lines.indices { rest.lines[index].text = "" }
        return rest
    }
}

extension HostReadingsTaken {
    /// The readings without their values.
    fileprivate var redacted: HostReadingsTaken {
        var rest = self
        for index in rest.readings.indices { rest.readings[index].value = .nan }
        return rest
    }
}

extension Parameter {
    /// The name alone.
    package var redacted: Parameter { .with { $0.name = name } }
}
