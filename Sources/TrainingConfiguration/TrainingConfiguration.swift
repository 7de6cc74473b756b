package import JSON
import Tracking

/// The description of a session's training: a configuration that was checked and completed.
///
/// Resolving is a pure function of the source and a fixed point: resolving `resolved` again gives the same bytes, so
/// the server resolves what a person wrote, the event keeps the result, and the trainer reads it by the same rules.
package struct TrainingConfiguration: Equatable, Sendable {
    /// Every value with every default filled in and unknown keys kept; the keys of every object are sorted.
    package let resolved: JSONValue
    /// Unknown keys, and values that have no effect.
    package let warnings: [ConfigurationWarning]
    /// The trainer, and its settings.
    package let trainer: TrainerSettings
    /// The training of a trainer built in here; nil for `command` and `external`, which read their own keys.
    package let train: TrainSettings?
    /// The steps that turn a scan into input; nil unless the trainer is `unet3d`.
    package let preprocessing: PreprocessingSettings?
    /// The data that are trained on; nil unless the trainer is `unet3d`.
    package let data: DataSource?
    /// The policy for making and keeping checkpoints.
    package let checkpoints: CheckpointPolicy
    /// The planned epochs; nil when the trainer has not said.
    package let plannedEpochs: Int?
    /// The number that every random choice follows from.
    package let seed: UInt64
    /// The number of times that a lost trainer is started again before the session fails.
    package let maxRestarts: Int
    /// Threads of the trainer.
    package let threads: Int
    /// GPUs the launcher assigns.
    package let gpuCount: Int
    /// The name that the configuration has for the session; nil for none.
    package var sessionName: String? { resolved["extra"]?["experiment_name"]?.stringValue }

    /// Checks and completes a configuration.
    /// - Parameter isRecorded: Whether it was resolved before, perhaps by an earlier version: then a key that is nearly a
    ///   known one is only warned of.
    /// - Throws: all problems found, up to twenty, each with its path and line, what was found and what is allowed.
    package init(resolving source: ConfigurationSource, isRecorded: Bool = false) throws(ConfigurationError) {
        guard !source.isBlank else {
            throw ConfigurationError(
                ConfigurationProblem(
                    code: .missing, path: "", found: "an empty file",
                    allowed: "at least one key, such as train: {epochs: 30}; with none everything would be a default"))
        }
        let name = source.root["trainer"]?["kind"]?.stringValue
        // The rules refuse a kind that there is not.
        let kind = name.flatMap { TrainerKind(rawValue: $0) } ?? TrainerKind.allCases[0]
        let translated = kind.isBuiltIn && !isRecorded ? OtherSpellings(source) : nil
        let source = translated?.source ?? source
        var checker = RuleChecker(
            source: source, keepsMistypedKeys: isRecorded, earlier: translated?.problems ?? [],
            warnings: translated?.warnings ?? [])
        let (rules, acceptsOtherKeys) = SessionRules.top(forTrainer: kind)
        let input = SessionDefaults.beforeRules(source.root, trainerKind: kind)
        let checked = checker.section(.object(input), rules, at: "", acceptingOtherKeys: acceptsOtherKeys)
        if let first = checker.problems.first {
            throw ConfigurationError(first, others: checker.problems.dropFirst())
        }

        resolved = SessionDefaults.afterRules(checked).sortingKeys()
        let root = ResolvedSection(resolved)
        trainer = TrainerSettings(kind, root.section("trainer"))
        let section = root.section("train")
        SessionChecks.check(section, root, trainerKind: kind, &checker)
        _ = AlertRules.read(resolved, origin: "session", &checker)
        if let first = checker.problems.first {
            throw ConfigurationError(first, others: checker.problems.dropFirst())
        }
        train = kind.isBuiltIn ? TrainSettings(section) : nil
        preprocessing = kind.trainsOnVolumes ? PreprocessingSettings(root.section("preprocessing")) : nil
        data = kind.trainsOnVolumes ? DataSource(root.section("data")) : nil
        checkpoints = CheckpointPolicy(section)
        plannedEpochs = section.optionalInteger("epochs")
        seed = UInt64(section.integer("seed"))
        maxRestarts = root.integer("max_restarts")
        threads = root.integer("threads")
        gpuCount = root.section("resources").integer("gpus")
        warnings = checker.warnings

        let byteCount = resolved.encoded().count
        guard byteCount <= ConfigurationLimits.maximumResolvedByteCount else {
            throw ConfigurationError(
                ConfigurationProblem(
                    code: .tooLarge, path: "", found: "\(byteCount) bytes with defaults filled in",
                    allowed: "at most \(ConfigurationLimits.maximumResolvedByteCount) bytes"))
        }
    }

    /// The canonical bytes of `resolved`: what digests are taken of, independent of the order keys were written in.
    package var canonicalBytes: [UInt8] { resolved.encoded() }

    /// The kind of trainer that a checkpoint's weights fit and, if it is built in, its model. Canonical JSON.
    package var architecture: String {
        var object: JSONObject = ["kind": .string(trainer.kind.rawValue)]
        switch trainer {
        case .unet3d: object["model"] = resolved["train"]?["model"] ?? .object([:])
        case .synthetic(let settings): object["state_bytes"] = .integer(Int64(settings.stateByteCount))
        default: break  // a program knows what its own checkpoints fit
        }
        return String(decoding: JSONValue.object(object).sortingKeys().encoded(), as: UTF8.self)
    }

    /// Every scalar by its dotted path, for display as parameters. Lists are their JSON text; nulls are left out.
    package var flattened: JSONObject { Self.flatten(resolved) }

    /// The same for any object: scalars by dotted path, lists as JSON text, nulls left out.
    package static func flatten(_ value: JSONValue) -> JSONObject {
        var result = JSONObject()
        func add(_ value: JSONValue, at path: String) {
            switch value {
            case .object(let object):
                for (key, member) in object { add(member, at: ConfigurationSource.join(path, key)) }
            case .array: result[path] = .string(String(decoding: value.encoded(), as: UTF8.self))
            case .null: break
            default: result[path] = value
            }
        }
        add(value, at: "")
        return result
    }

    /// The published JSON Schema (draft 2020-12) of a session's configuration.
    package static var jsonSchema: JSONValue { SessionRules.schema }
}
