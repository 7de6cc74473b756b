import EventLog
import HTTPTypes
import JSON
import Processes
import Projections
import SwiftProtobuf
import Tracking
import TrainingConfiguration

/// Turns a create request into the event that the session begins with: finds, checks and completes its configuration.
struct SessionCreation {
    let service: TrackingService
    /// Whether the request comes from a client of this machine.
    let isFromThisMachine: Bool

    /// The event of the request `body`.
    ///
    /// - Throws: 404 for a missing file or checkpoint, 422 for everything in it that cannot be.
    func event(from body: JSONObject) async throws -> SessionCreated {
        let fields = JSONFields(body)
        let path = try fields.string("config_path", bytes: 1...1024)
        var source: ConfigurationSource
        if let path {
            guard fields.value("config") == nil else {
                throw FieldError("config", "give either config_path or config, not both")
            }
            source = try service.configurations.source(at: path)
        } else {
            guard let config = try fields.object("config") else {
                throw FieldError("config_path", "is required, unless the configuration comes inline in config")
            }
            source = try ConfigurationSource(JSONValue.object(config))
        }
        if let overrides = try fields.object("overrides") { try source.override(with: overrides) }
        let configuration = try TrainingConfiguration(resolving: source)
        try checkCommand(configuration)

        var created = SessionCreated()
        created.name = try name(fields, path: path)
        created.experiment = try fields.string("experiment", bytes: 1...Session.maximumNameByteCount) ?? ""
        created.group = try fields.string("group", bytes: 1...Session.maximumNameByteCount) ?? ""
        created.tags = try Self.tags(fields) ?? []
        created.notes = try fields.string("notes", bytes: 0...65_536) ?? ""
        created.params = try fields.parameters("params") ?? []
        created.configurationPath = path ?? ""
        created.configuration = String(decoding: configuration.canonicalBytes, as: UTF8.self)
        created.configurationDigest = Digest(hashing: configuration.canonicalBytes).description
        created.trainerKind = configuration.trainer.name
        created.plannedEpochs = UInt32(clamping: configuration.plannedEpochs ?? 0)
        created.monitor = configuration.checkpoints.monitor
        created.monitorMaximum = configuration.checkpoints.mode == .max
        created.maxRestarts = UInt32(clamping: configuration.maxRestarts)
        created.warnings = configuration.warnings.map(\.description)
        try await addParent(to: &created, fields, configuration)
        return created
    }

    /// What a checkpoint's weights fit: the trainer and, for those built in, the model. Canonical JSON.
    static func architecture(of configuration: TrainingConfiguration) -> String {
        var object: JSONObject = ["kind": .string(configuration.trainer.name)]
        switch configuration.trainer {
        case .unet3d: object["model"] = configuration.resolved["train"]?["model"] ?? .object([:])
        case .synthetic(let settings): object["state_bytes"] = .count(settings.stateByteCount)
        case .command, .external: break
        }
        return String(decoding: JSONValue.object(object).sortingKeys().encoded(), as: UTF8.self)
    }

    /// The tags of a request, each once, in their order; nil when it has none.
    static func tags(_ fields: JSONFields) throws(FieldError) -> [String]? {
        guard let tags = try fields.strings("tags", counts: 0...100) else { return nil }
        var seen: Set<String> = []
        return tags.filter { seen.insert($0).inserted }
    }

    /// A program of the configuration must be one that this server may start, and named by somebody who may do so.
    func checkCommand(_ configuration: TrainingConfiguration) throws {
        guard case .command(let settings) = configuration.trainer else { return }
        guard isFromThisMachine || service.settings.allowsRemoteCommands else {
            throw APIError(
                .forbidden, code: "remote_command",
                message:
                    "Sessions of kind command may be created from the server's own machine only. Create it there, or set "
                    + "allow_remote_commands in the server's configuration.",
                details: ["field": "config.trainer.kind"])
        }
        do throws(AllowedCommands.Refusal) {
            _ = try service.commands.path(of: settings.command[0])
        } catch {
            throw FieldError("config.trainer.command", error.description)
        }
    }

    private func name(_ fields: JSONFields, path: String?) throws(FieldError) -> String {
        let bytes = 1...Session.maximumNameByteCount
        let long = try fields.string("session_name", bytes: bytes)
        let short = try fields.string("name", bytes: bytes)
        if let long, let short, long != short {
            throw FieldError("name", "is the same field as session_name; give one of them, or the same in both")
        }
        if let name = long ?? short { return name }
        guard let file = path?.split(separator: "/").last else { return "session" }
        return String(file.prefix { $0 != "." })
    }

    private func addParent(
        to created: inout SessionCreated, _ fields: JSONFields, _ configuration: TrainingConfiguration
    ) async throws {
        let parent = try fields.string("parent", bytes: 1...Session.maximumNameByteCount)
        let checkpoint = try fields.string("checkpoint_id", bytes: 1...Session.maximumNameByteCount)
        guard let checkpoint else {
            guard let parent else { return }
            guard let id = Session.ID(parent) else { throw APIError.unknownSession(parent) }
            _ = try await service.state(of: id)
            created.parentSessionID = parent
            return
        }
        guard let id = Checkpoint.ID(checkpoint) else { throw APIError.unknownCheckpoint(checkpoint) }
        try await service.waitForReadModels(service.store.head)
        let entry = try service.readModels.read { try $0.checkpoint(id) }
        guard let document = entry?.document else { throw APIError.unknownCheckpoint(checkpoint) }
        guard !document.deleted else {
            throw FieldError("checkpoint_id", "\(checkpoint) was deleted; choose another checkpoint of the session")
        }
        // A program knows itself what it can go on from.
        let isForProgram =
            switch configuration.trainer {
            case .command, .external: true
            case .unet3d, .synthetic: false
            }
        guard isForProgram || !document.architecture.isEmpty else {
            throw FieldError(
                "checkpoint_id", "\(checkpoint) was uploaded as opaque bytes, which no trainer can go on from")
        }
        let architecture = Self.architecture(of: configuration)
        guard isForProgram || document.architecture == architecture else {
            throw FieldError(
                "checkpoint_id",
                "\(checkpoint) holds the weights of \(document.architecture), and the configuration asks for \(architecture)"
            )
        }
        if let parent, parent != document.sessionID {
            throw FieldError("parent", "\(checkpoint) belongs to \(document.sessionID), not to \(parent)")
        }
        guard let parentID = Session.ID(document.sessionID),
            let saved = try await service.state(of: parentID).checkpoints[checkpoint]
        else { throw APIError.unknownCheckpoint(checkpoint) }
        created.parentSessionID = document.sessionID
        created.parentCheckpoint = .with {
            $0.checkpointID = document.checkpointID
            $0.sessionID = document.sessionID
            $0.digest = document.digest
            $0.epoch = saved.completedEpochs
            $0.step = saved.step
        }
    }
}
