import EventLog
import JSON
import Projections
import SwiftProtobuf
import Tracking
import TrainingConfiguration

/// Turns a request to reproduce a session into the event that the reproduction begins with.
struct ReproductionCreation {
    /// The relative difference up to which values of a program of the user's own count as equal, unless the request says
    /// otherwise: such programs seldom repeat every bit.
    static let commandTolerance = 1e-6

    let service: TrackingService
    /// Whether the request comes from a client of this machine.
    let isFromThisMachine: Bool

    /// The event that creates a reproduction of `original`.
    ///
    /// - Throws: 404 when there is no such session, 409 when it cannot be reproduced, 422 for fields that cannot be, and
    ///   what creating a session of a program of the user's own throws.
    func event(of original: Session.ID, from body: JSONObject) async throws -> SessionCreated {
        let fields = JSONFields(body)
        let allowsDifferences = try fields.flag("allow_differences") ?? false
        let tolerance = try fields.number("tolerance", in: 0...1)
        let name = try fields.string("session_name", bytes: 1...Session.maximumNameByteCount)
        try await service.waitForReadModels(service.store.head)
        let (document, records) = try service.readModels.read { snapshot in
            (try snapshot.document(of: original), try snapshot.epochRecords(of: original))
        }
        try check(document)
        guard let last = records.last else {
            throw notReproducible("it has recorded no epoch that a second training could be compared with")
        }
        if document.hasParentCheckpoint { try await checkParent(document.parentCheckpoint) }
        let first = try await service.store.events(in: original.stream, after: .none, limit: ReadLimit(count: 1)).first
        guard let first, case .created(var created) = try SessionEvent(first) else {
            throw APIError.unknownSession(original.text)
        }
        let isProgram = document.trainerKind == "command"
        if isProgram { try admitProgram(document, in: &created) }
        created.name = name ?? Self.name(document.name)
        created.tags = document.tags.filter { $0 != "reproduction" } + ["reproduction"]
        created.notes = ""
        created.plannedEpochs = last.epoch
        created.reproduction = isProgram ? Self.programFacts(of: document) : Self.attemptFacts(of: document)
        created.reproduction.sessionID = original.text
        created.reproduction.throughEpoch = last.epoch
        created.reproduction.allowDifferences = allowsDifferences
        created.reproduction.tolerance = tolerance ?? (isProgram ? Self.commandTolerance : 0)
        if !created.hasParentCheckpoint { created.parentSessionID = original.text }
        return created
    }

    private func check(_ document: SessionDocument) throws {
        guard let status = Session.Status(rawValue: document.status) else {
            throw notReproducible("its status \(document.status) is not known here")
        }
        switch status {
        case .queued, .running, .stopping:
            throw SessionRefusal.wrongStatus(
                action: "be reproduced", status: status, remedy: "wait until it has ended, or stop it first")
        case .created, .stopped, .completed, .failed: break
        }
        switch document.trainerKind {
        case "unet3d", "synthetic", "command": break
        case "external":
            throw notReproducible("it was trained by a program that PIVOT did not start and cannot start again")
        default:
            throw notReproducible(
                "sessions with the trainer \(document.trainerKind) cannot be trained again by this version")
        }
    }

    /// Checks that the program may be started here and that its files can be brought back, and warns of those that cannot.
    private func admitProgram(_ document: SessionDocument, in created: inout SessionCreated) throws {
        let source = try ConfigurationSource(json: Array(created.configuration.utf8))
        try SessionCreation(service: service, isFromThisMachine: isFromThisMachine).checkCommand(
            try TrainingConfiguration(resolving: source))
        let facts = Self.facts(of: document)
        if let reason = facts["git_diff_missing"] {
            throw notReproducible("its uncommitted changes were not kept, since \(reason)")
        }
        if let names = facts["git_untracked"] {
            created.warnings.append(
                "The original ran beside files that git did not know, which are not brought back: \(names).")
        }
    }

    /// What a built-in trainer's bits depended on, as its latest attempt said.
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
            let saved = try await service.state(of: session).checkpoints[parent.checkpointID],
            saved.digest == parent.digest
        else {
            throw notReproducible(
                "it began with the checkpoint \(parent.checkpointID) of \(parent.sessionID), which was deleted")
        }
    }

    private func notReproducible(_ reason: String) -> APIError {
        .conflict("not_reproducible", "The session cannot be reproduced: \(reason).")
    }

    /// The original's name with a remark, cut where names end.
    private static func name(_ original: String) -> String {
        let remark = " (reproduction)"
        var name = original.hasSuffix(remark) ? String(original.dropLast(remark.count)) : original
        while name.utf8.count + remark.utf8.count > Session.maximumNameByteCount { name.removeLast() }
        return name + remark
    }
}
