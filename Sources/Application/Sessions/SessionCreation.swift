import EventLog
import JSON
import Processes
import ReadModels
import SwiftProtobuf
import Tracking
import TrainingConfiguration

/// Makes of a draft the event that a session begins with: finds, checks and completes its configuration.
struct SessionCreation {
    let core: TrackerCore
    let configurations: ConfigurationRoots

    /// The event of `draft`.
    ///
    /// - Throws: `ConfigurationRoots.Failure` and `ConfigurationError` for the configuration, `TrackerError` for the rest.
    func event(of draft: SessionDraft) async throws -> SessionCreated {
        let configuration = try await configuration(of: draft)
        var created = Self.created(by: draft, configuration)
        created.allowedProgram = try core.admit(configuration, from: draft.requester)
        try await setOrigin(of: &created, draft, configuration)
        return created
    }

    /// Everything that `event(of:)` and what follows it would refuse, found without creating anything; the steps are the same ones.
    func check(_ draft: SessionDraft) async -> SessionCheck {
        var check = SessionCheck()
        var created = SessionCreated()
        do {
            let configuration = try await configuration(of: draft)
            check.configuration = configuration
            created = Self.created(by: draft, configuration)
            check.name = created.name
            created.allowedProgram = try core.admit(configuration, from: draft.requester)
        } catch {
            check.refusals.append(error)
        }
        do {
            try await setOrigin(of: &created, draft, check.configuration)
            for event in try SessionDecider.decide(.create(created), given: SessionDecider.initialState) {
                _ = try event.encoded()
            }
        } catch {
            check.refusals.append(error)
        }
        return check
    }

    /// The configuration of `draft`, found, checked and completed.
    private func configuration(of draft: SessionDraft) async throws -> TrainingConfiguration {
        var source: ConfigurationSource
        switch draft.configuration {
        case .path(let file): source = try await configurations.source(at: file)
        case .inline(let object): source = try ConfigurationSource(JSONValue.object(object))
        case .text(let text): source = try ConfigurationSource(yaml: text)
        }
        if let overrides = draft.overrides { try source.override(with: overrides) }
        return try TrainingConfiguration(resolving: source)
    }

    /// The event as the draft and its configuration make it.
    private static func created(by draft: SessionDraft, _ configuration: TrainingConfiguration) -> SessionCreated {
        let path: String? = if case .path(let file) = draft.configuration { file } else { nil }
        var created = SessionCreated()
        created.name = draft.name ?? configuration.sessionName ?? Self.name(path)
        created.experiment = draft.experiment
        created.group = draft.group
        created.tags = draft.tags
        created.notes = draft.notes
        created.params = draft.params
        created.configurationPath = path ?? ""
        created.configuration = String(decoding: configuration.canonicalBytes, as: UTF8.self)
        created.configurationDigest = Digest(hashing: configuration.canonicalBytes).description
        created.trainerKind = configuration.trainer.kind.rawValue
        created.architecture = configuration.architecture
        created.plannedEpochs = UInt32(clamping: configuration.plannedEpochs ?? 0)
        created.monitor = configuration.checkpoints.monitor
        created.monitorMaximum = configuration.checkpoints.mode == .max
        created.maxRestarts = UInt32(clamping: configuration.maxRestarts)
        created.warnings = configuration.warnings.map(\.description)
        return created
    }

    /// Sets the session or the checkpoint that it comes from.
    ///
    /// - Parameter configuration: Nil when it is refused: then nobody can say whether the checkpoint goes with it.
    private func setOrigin(
        of created: inout SessionCreated, _ draft: SessionDraft, _ configuration: TrainingConfiguration?
    ) async throws {
        if let checkpoint = draft.checkpoint {
            try await continueFrom(checkpoint, parent: draft.parent, &created, configuration)
        } else if let parent = draft.parent {
            guard let id = Session.ID(parent) else { throw TrackerError.unknown(.session, parent) }
            _ = try await core.state(of: id)
            created.parentSessionID = parent
        }
    }

    private static func name(_ path: String?) -> String {
        guard let file = path?.split(separator: "/").last else { return "session" }
        return String(file.prefix { $0 != "." })
    }

    private func continueFrom(
        _ checkpoint: String, parent: String?, _ created: inout SessionCreated,
        _ configuration: TrainingConfiguration?
    ) async throws {
        func refusal(_ reason: String) -> TrackerError { .invalid(field: "checkpoint_id", reason: reason) }
        guard let id = Checkpoint.ID(checkpoint) else { throw TrackerError.unknown(.checkpoint, checkpoint) }
        let entry = try await core.read(after: core.store.head) { try $0.checkpoint(id) }
        guard let document = entry?.document else { throw TrackerError.unknown(.checkpoint, checkpoint) }
        guard !document.deleted else {
            throw refusal("names \(checkpoint), which was deleted; choose another checkpoint of the session")
        }
        // A program knows itself what it can go on from.
        if let configuration, configuration.trainer.kind.isBuiltIn {
            guard !document.architecture.isEmpty else {
                throw refusal(
                    "names \(checkpoint), which was uploaded as opaque bytes that no trainer can continue from")
            }
            guard document.architecture == configuration.architecture else {
                throw refusal(
                    "names \(checkpoint), which holds the weights of \(document.architecture), but the configuration "
                        + "asks for \(configuration.architecture)")
            }
        }
        if let parent, parent != document.sessionID {
            throw TrackerError.invalid(
                field: "parent", reason: "is \(parent), but \(checkpoint) belongs to \(document.sessionID)")
        }
        created.parentSessionID = document.sessionID
        created.parentCheckpoint = .with {
            $0.checkpointID = document.checkpointID
            $0.sessionID = document.sessionID
            $0.digest = document.digest
            $0.epoch = document.completedEpochs
            $0.step = document.step
        }
    }
}

extension TrackerCore {
    /// Checks that the program of a configuration is one that this server may start, named by somebody who may do so.
    ///
    /// - Returns: The path of a program that may be started only because the server's own user names it; else nothing.
    func admit(_ configuration: TrainingConfiguration, from requester: Requester) throws -> String {
        guard case .command(let settings) = configuration.trainer else { return "" }
        guard requester != .elsewhere || self.settings.allowsRemoteCommands else { throw TrackerError.remoteCommand }
        do throws(AllowedCommands.Refusal) {
            let path = try commands.path(of: settings.command[0], isUnlimited: requester == .owner)
            return commands.paths.contains(path) ? "" : path
        } catch {
            throw TrackerError.invalid(field: "config.trainer.command", reason: error.description)
        }
    }
}
