import EventLog
import JSON
import ReadModels
import SwiftProtobuf
import Tracking
import TrainingConfiguration

/// The description of a session that is to train a past one again.
package struct ReproductionDraft: Sendable {
    /// Nil for the original's name with a remark.
    package var name: String?
    package var allowsDifferences = false
    /// The relative difference up to which values count as equal; nil for the default of the trainer's kind.
    package var tolerance: Double?
    package var requester = Requester.thisMachine

    package init() {}
}

/// Makes the event that a reproduction begins with.
struct ReproductionCreation {
    /// The relative difference up to which values of a program of the user's own count as equal, unless the draft says
    /// otherwise: such programs seldom repeat every bit.
    static let programTolerance = 1e-6

    let core: TrackerCore

    /// The event that creates a reproduction of `original`.
    ///
    /// - Throws: `unknown` when there is no such session, `notReproducible` and `SessionRefusal` when it cannot be
    ///   reproduced, and what creating a session of a program of the user's own throws.
    func event(of original: Session.ID, _ draft: ReproductionDraft) async throws -> SessionCreated {
        let (document, records) = try await core.read(after: core.store.head) { snapshot in
            (try snapshot.document(of: original), try snapshot.epochRecords(of: original))
        }
        let kind = try check(document)
        guard let last = records.last else {
            throw TrackerError.notReproducible(
                "it has not recorded an epoch that a second training could be compared with")
        }
        if document.hasParentCheckpoint { try await checkParent(document.parentCheckpoint) }
        let first = try await core.store.events(in: original.stream, after: .none, limit: ReadLimit(count: 1)).first
        guard let first, case .created(var created) = try SessionEvent(first) else {
            throw TrackerError.unknown(.session, original.text)
        }
        created.allowedProgram = ""
        if kind.isSupervisedProgram { try admitProgram(document, draft, in: &created) }
        created.name = draft.name ?? Self.name(document.name)
        created.tags = document.tags.filter { $0 != "reproduction" } + ["reproduction"]
        created.notes = ""
        created.plannedEpochs = last.epoch
        created.reproduction =
            kind.isSupervisedProgram ? Self.programFacts(of: document) : Self.attemptFacts(of: document)
        created.reproduction.sessionID = original.text
        created.reproduction.throughEpoch = last.epoch
        created.reproduction.allowDifferences = draft.allowsDifferences
        created.reproduction.tolerance = draft.tolerance ?? (kind.isSupervisedProgram ? Self.programTolerance : 0)
        if !created.hasParentCheckpoint { created.parentSessionID = original.text }
        return created
    }

    private func check(_ document: SessionDocument) throws -> TrainerKind {
        guard let status = Session.Status(rawValue: document.status) else {
            throw TrackerError.notReproducible("this version does not know its status \(document.status)")
        }
        switch status {
        case .queued, .running, .stopping:
            throw SessionRefusal.wrongStatus(
                action: "be reproduced", status: status, remedy: "wait until it has ended, or stop it first")
        case .created, .stopped, .completed, .failed: break
        }
        guard let kind = TrainerKind(rawValue: document.trainerKind) else {
            throw TrackerError.notReproducible(
                "sessions with the trainer \(document.trainerKind) cannot be trained again by this version")
        }
        guard kind.isReproducible else {
            throw TrackerError.notReproducible(
                "it was trained by a program that PIVOT did not start and cannot start again")
        }
        // Where it ran, and the repository it ran in, are said by events that another server recorded.
        guard !kind.isSupervisedProgram || !document.hasImported else {
            throw TrackerError.notReproducible(
                "it was imported, and its program ran on another machine: reproduce it on \(document.imported.event.source)"
            )
        }
        return kind
    }

    /// Checks that the program may be started here and that its files can be brought back, and warns of those that cannot.
    private func admitProgram(
        _ document: SessionDocument, _ draft: ReproductionDraft, in created: inout SessionCreated
    ) throws {
        let source = try ConfigurationSource(json: Array(created.configuration.utf8))
        created.allowedProgram = try core.admit(
            try TrainingConfiguration(resolving: source, isRecorded: true), from: draft.requester)
        let facts = Self.facts(of: document)
        if let reason = facts["git_diff_missing"] {
            throw TrackerError.notReproducible("its uncommitted changes were not kept, because \(reason)")
        }
        if let names = facts["git_untracked"] {
            created.warnings.append(
                "The original ran with files that git does not track, which are not restored: \(names).")
        }
    }

    /// The facts that a built-in trainer's bits depended on, as its latest attempt said.
    private static func attemptFacts(of document: SessionDocument) -> Reproduction {
        guard let attempt = document.attempts.last(where: { $0.hasStartedAt }) else { return Reproduction() }
        return .with {
            $0.binary = attempt.binary
            $0.engine = attempt.engine
            $0.instructionSet = attempt.instructionSet
            $0.threads = attempt.threads
            $0.dataDigest = attempt.dataDigest
        }
    }

    /// A program and its repository, as the supervisor recorded them; the rest is the program's own.
    private static func programFacts(of document: SessionDocument) -> Reproduction {
        let facts = facts(of: document)
        return .with {
            $0.gitRepository = facts["git_repository"] ?? ""
            $0.gitPrefix = facts["git_prefix"] ?? ""
            $0.gitCommit = facts["git_commit"] ?? ""
            $0.gitDiffDigest = facts["git_diff_digest"] ?? ""
            $0.binary = facts["program_digest"] ?? ""
        }
    }

    /// The texts among the facts of the latest attempt.
    private static func facts(of document: SessionDocument) -> [String: String] {
        let latest = document.provenance.filter { $0.attempt == document.attempt }
        return Dictionary(latest.map { ($0.fact.name, $0.fact.text) }) { $1 }
    }

    private func checkParent(_ parent: ParentCheckpoint) async throws {
        guard let session = Session.ID(parent.sessionID),
            let saved = try await core.state(of: session).checkpoints[parent.checkpointID],
            saved.digest == parent.digest
        else {
            throw TrackerError.notReproducible(
                "it started from the checkpoint \(parent.checkpointID) of \(parent.sessionID), which was deleted")
        }
    }

    /// The original's name with a remark, cut where names end.
    private static func name(_ original: String) -> String {
        let remark = " (reproduction)"
        var name = original.hasSuffix(remark) ? String(original.dropLast(remark.count)) : original
        while name.utf8.count + remark.utf8.count > Session.maximumNameByteCount { name.removeLast() }
        return name + remark
    }
}
