import API
import JSON
import Tracking

/// What a step of a lineage tells of its event, compared with the event itself.
struct LineageContent {
    let step: LineageStepInfo

    init(_ step: LineageStepInfo) { self.step = step }

    /// Checks the facts on which the chain hangs: digests, ids, commits.
    ///
    /// - Throws: ``AuditFault`` with the first that the event does not say.
    func check(_ event: SessionEvent, at position: UInt64) throws(AuditFault) {
        switch event {
        case .checkpointSaved(let saved):
            try expect("checkpoint_id", saved.checkpointID, position)
            try expect("digest", saved.digest, position)
        case .created(let created):
            switch step.kind {
            case "configuration": try expect("config_digest", created.configurationDigest, position)
            case "parent":
                try expect("checkpoint_id", created.parentCheckpoint.checkpointID, position)
                try expect("digest", created.parentCheckpoint.digest, position)
            default: try expect("session_name", created.name, position)
            }
        case .attemptStarted(let started):
            if step.kind == "code" { try expect("binary", started.binary, position) }
            if step.kind == "data" { try expect("data_digest", started.dataDigest, position) }
        case .provenanceRecorded(let recorded):
            for (name, value) in step.facts where name.hasPrefix("git_") || name.hasPrefix("data") {
                guard recorded.facts.contains(where: { $0.name == name && $0.json == value }) else {
                    throw fault(name, position)
                }
            }
        default: break
        }
    }

    /// Checks what the event of an alias says of it, as ``check(_:at:)-(SessionEvent,_)`` does that of a session.
    func check(_ event: ModelEvent, at position: UInt64) throws(AuditFault) {
        guard case .aliasSet(let set) = event else {
            throw AuditFault("Event \(position) does not set an alias.")
        }
        try expect("alias", set.alias, position)
        try expect("checkpoint_id", set.checkpointID, position)
        try expect("session_id", set.sessionID, position)
        try expect("digest", set.digest, position)
        try expect("by", set.by, position)
        try expect("reason", set.reason, position)
        try expect("previous_checkpoint_id", set.previousCheckpointID, position)
    }

    /// Facts that are empty are left out of steps.
    private func expect(_ name: String, _ value: String, _ position: UInt64) throws(AuditFault) {
        guard step.facts[name]?.stringValue ?? "" == value else { throw fault(name, position) }
    }

    private func fault(_ name: String, _ position: UInt64) -> AuditFault {
        AuditFault("Event \(position) does not say of \(name) what the server says.")
    }
}
