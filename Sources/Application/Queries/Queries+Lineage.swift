import EventLog
import JSON
import Tracking

extension Queries {
    /// Where what the alias points at comes from, as one state of the log says it: the chain of its sessions, read from their
    /// streams. Costs about a millisecond and a half for each thousand events of these.
    ///
    /// - Throws: `unknown` when there is no such model or alias at the time.
    package func lineage(
        _ alias: String, of model: String, _ freshness: Freshness
    ) async throws -> Answer<ModelLineage> {
        let answer = try await self.alias(alias, of: model, freshness)
        let set = answer.value.alias
        guard let name = Model.Name(model), let aliasName = Model.Alias(alias) else {
            throw TrackerError.unknown(.alias, "\(model)@\(alias)")
        }
        var lineage = ModelLineage(reference: Model.Reference(name, aliasName))
        let who = set.by.isEmpty ? set.actor : set.by
        lineage.add(
            .alias, at: 0, try await core.store.event(at: LogPosition(set.position)),
            "\(lineage.reference) was pointed at \(set.checkpointID) by \(who): \(set.reason)",
            [
                "alias": .string(alias), "checkpoint_id": .string(set.checkpointID),
                "session_id": .string(set.sessionID), "digest": .string(set.digest), "by": .string(set.by),
                "reason": .string(set.reason), "previous_checkpoint_id": .string(set.previousCheckpointID),
            ])
        var next: NamedCheckpoint? = NamedCheckpoint(
            id: set.checkpointID, session: set.sessionID, digest: set.digest)
        var seen: Set<String> = []
        var depth = 0
        while let checkpoint = next, seen.insert(checkpoint.id).inserted {
            guard depth < ModelLineage.mostSessions, let session = Session.ID(checkpoint.session) else {
                lineage.isComplete = false
                break
            }
            let past = try await SessionPast(
                of: session, checkpoint: checkpoint.id, through: answer.position, in: core.store)
            next = lineage.add(checkpoint, past, at: depth)
            depth += 1
        }
        return Answer(value: lineage, position: answer.position)
    }
}
