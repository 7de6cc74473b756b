import LMDB
import SwiftProtobuf
import Tracking

/// A part of a session's document that is stored, and versioned, by itself, so that an epoch does not copy the configuration.
/// The bytes of all parts one after the other are the bytes of the whole message.
enum SessionPart: CaseIterable {
    /// Everything but the parts below: it changes when an attempt or a person does something.
    case state
    /// The things that people and trainers add: parameters, facts, results, verdicts.
    case settings
    /// The progress: it changes with every event.
    case progress
    /// The things that its creation fixed.
    case configuration
    /// Which of its checkpoints stand out.
    case marks

    /// The parts that lists show.
    static let shown: [SessionPart] = [.state, .progress, .marks]

    var kind: DocumentKind {
        switch self {
        case .state: .session
        case .settings: .sessionSettings
        case .progress: .sessionProgress
        case .configuration: .sessionConfiguration
        case .marks: .sessionMarks
        }
    }

    /// The document with the fields of this part only.
    func fields(of document: SessionDocument) -> SessionDocument {
        guard self != .state else {
            var rest = document
            for part in SessionPart.allCases where part != .state { part.copy(SessionDocument(), to: &rest) }
            return rest
        }
        var fields = SessionDocument()
        copy(document, to: &fields)
        return fields
    }

    private func copy(_ source: SessionDocument, to target: inout SessionDocument) {
        switch self {
        case .state: target = source
        case .settings:
            target.params = source.params
            target.provenance = source.provenance
            target.results = source.results
            target.reproductions = source.reproductions
        case .progress:
            target.currentEpoch = source.currentEpoch
            target.step = source.step
            target.lastPosition = source.lastPosition
            target.updatedAt = source.updatedAt
        case .configuration:
            target.configuration = source.configuration
            target.configurationDigest = source.configurationDigest
            target.configurationPath = source.configurationPath
            target.configurationValues = source.configurationValues
            target.warnings = source.warnings
        case .marks:
            target.bestCheckpointID = source.bestCheckpointID
            target.lastCheckpointID = source.lastCheckpointID
        }
    }
}

extension Transaction where Self: ~Copyable {
    /// The session called `id` as it was at `position`; only the parts that lists show unless it is wanted whole.
    func session(
        _ id: String, through position: LogPosition, in tables: Tables, isWhole: Bool = true
    ) throws(LMDBError) -> SessionDocument? {
        guard let number = try number(ofSession: id, in: tables) else { return nil }
        return try session(number, through: position, in: tables, isWhole: isWhole)
    }

    /// A part of a session's document as it was at `position`; nil before the session's creation, and while the part is empty.
    func fields(
        of part: SessionPart, ofSession number: SessionNumber, through position: LogPosition, in tables: Tables
    ) throws(LMDBError) -> SessionDocument? {
        try version(of: part.kind.key(number), through: position, in: tables, as: SessionDocument.self)
    }

    func session(
        _ number: SessionNumber, through position: LogPosition, in tables: Tables, isWhole: Bool = true
    ) throws(LMDBError) -> SessionDocument? {
        var bytes: [UInt8] = []
        for part in isWhole ? SessionPart.allCases : SessionPart.shown {
            let count = try withVersion(of: part.kind.key(number), through: position, in: tables) { stored in
                bytes += stored
                return stored.count
            }
            // Its first version has every part that is not empty.
            if count == nil, part == .state { return nil }
        }
        return try decoded(bytes, as: SessionDocument.self)
    }
}
