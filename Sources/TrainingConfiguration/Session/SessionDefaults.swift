import JSON
import Tracking

/// Defaults that depend on other values, which the table of rules cannot say.
enum SessionDefaults {
    /// A configuration that names a folder of data and no type of data means that folder.
    static func beforeRules(_ root: JSONObject, trainerKind: TrainerKind) -> JSONObject {
        guard trainerKind.trainsOnVolumes else { return root }
        var root = root
        let hasDirectory = [root["train"]?["data_dir"], root["data"]?["directory"]].contains { $0?.stringValue != nil }
        let type = root["data"]?["type"] ?? .null
        if hasDirectory && type.isNull {
            var data: JSONObject
            switch root["data"] {
            case .object(let object): data = object
            case nil, .null: data = [:]
            default: return root
            }
            data["type"] = "folder"
            root["data"] = .object(data)
        }
        return root
    }

    /// Fills in what follows from other values; to be called only on values that passed the rules.
    static func afterRules(_ value: JSONValue) -> JSONValue {
        guard case .object(var root) = value, case .object(var train)? = root["train"] else { return value }
        let monitor = train["checkpoint_monitor"] ?? .null
        fill("checkpoint_mode", of: &train, with: mode(for: monitor))
        for key in ["early_stopping_patience", "gradient_clip"] where train[key]?.doubleValue == 0 {
            train[key] = .null
        }
        if train["early_stopping_patience"] != nil {
            fill("early_stopping_monitor", of: &train, with: monitor)
            let watched = train["early_stopping_monitor"] ?? .null
            fill(
                "early_stopping_mode", of: &train,
                with: watched == monitor ? train["checkpoint_mode"] ?? .null : mode(for: watched))
        }
        root["train"] = .object(train)
        if case .object(var data)? = root["data"] {
            switch data["type"]?.stringValue {
            case "phantom": fill("seed", of: &data, with: train["seed"] ?? 0)
            case "folder": fill("directory", of: &data, with: train["data_dir"] ?? .null)
            default: break
            }
            root["data"] = .object(data)
        }
        return .object(root)
    }

    private static func mode(for metric: JSONValue) -> JSONValue {
        .string(MetricMode.suggested(for: metric.stringValue ?? "").rawValue)
    }

    private static func fill(_ key: String, of object: inout JSONObject, with value: JSONValue) {
        if object[key] ?? .null == .null { object[key] = value }
    }
}
