import JSON
import Testing
import TrainingConfiguration

/// Walks the published schema, so that a key added to the rules is tested without being named here.
@Suite("Every key of the configurations")
struct EveryKeyTests {
    /// One key with the surroundings it needs.
    struct Key: CustomTestStringConvertible, Sendable {
        let path: String
        let schema: JSONValue
        let base: JSONValue
        var testDescription: String { path }
    }

    private static let bases: [(trainer: String, value: JSONValue)] = [
        ("unet3d", [:]), ("synthetic", ["trainer": ["kind": "synthetic"]]),
        ("command", ["trainer": ["kind": "command", "command": ["x"]]]),
        ("external", ["trainer": ["kind": "external"]]),
    ]

    static let sessionKeys: [Key] = {
        var keys: [Key] = []
        let schema = TrainingConfiguration.jsonSchema
        for (index, (trainer, base)) in bases.enumerated() {
            let own = schema["allOf"]?.arrayValue?[index]["then"] ?? .null
            keys += leaves(of: own, at: "", base: base, form: nil)
            keys += leaves(of: schema, at: "", base: base, form: trainer)
        }
        return keys
    }()

    static let serverKeys = leaves(of: ServerConfiguration.jsonSchema, at: "", base: [:], form: nil)

    private static func leaves(of schema: JSONValue, at path: String, base: JSONValue, form: String?) -> [Key] {
        var keys: [Key] = []
        for (name, property) in schema["properties"]?.objectValue ?? [:] {
            let path = path.isEmpty ? name : "\(path).\(name)"
            if let forms = property["allOf"]?.arrayValue {
                for entry in forms {
                    let (key, condition) = entry["if"]?["properties"]?.objectValue?.first { _ in true } ?? ("", .null)
                    let formName = condition["enum"]?.arrayValue?.first?.stringValue ?? ""
                    if path == "trainer" && formName != form { continue }
                    var base = ConfigurationSourceEdit.set("\(path).\(key)", to: .string(formName), in: base)
                    if formName == "folder" { base = ConfigurationSourceEdit.set("train.data_dir", to: "x", in: base) }
                    keys += leaves(of: entry["then"] ?? .null, at: path, base: base, form: nil)
                }
                keys += leaves(
                    of: .object(["properties": property["properties"] ?? [:]]), at: path, base: base, form: nil)
            } else if property["properties"] != nil {
                keys += leaves(of: property, at: path, base: base, form: nil)
                keys.append(Key(path: path, schema: ["type": "object"], base: base))
            } else {
                keys.append(Key(path: path, schema: property, base: base))
            }
        }
        return keys
    }

    @Test("there are keys to test")
    func count() {
        #expect(Set(Self.sessionKeys.map(\.path)).count >= 75)
        #expect(Self.serverKeys.count >= 12)
    }

    @Test("a value of another kind is refused at its path", arguments: sessionKeys)
    func wrongKind(key: Key) throws {
        try check(key) { source throws(ConfigurationError) in _ = try TrainingConfiguration(resolving: source) }
    }

    @Test("a value of another kind is refused at its path by the server", arguments: serverKeys)
    func wrongKindOfServer(key: Key) throws {
        try check(key) { source throws(ConfigurationError) in _ = try ServerConfiguration(resolving: source) }
    }

    private func check(_ key: Key, _ resolve: (ConfigurationSource) throws(ConfigurationError) -> Void) throws {
        for value in refusedValues(of: key.schema) {
            let edited = ConfigurationSourceEdit.set(key.path, to: value, in: key.base)
            let source = try ConfigurationSource(edited)
            let error = #expect(throws: ConfigurationError.self, "\(value) at \(key.path)") { try resolve(source) }
            #expect(
                error?.problems.contains {
                    $0.path == key.path || $0.path.hasPrefix(key.path + "[") || $0.path.hasPrefix(key.path + ".")
                }
                    == true, "\(value): \(error.map(\.description) ?? "")")
        }
        if let fallback = key.schema["default"] {
            let source = try ConfigurationSource(ConfigurationSourceEdit.set(key.path, to: fallback, in: key.base))
            #expect(throws: Never.self) { try resolve(source) }
        }
    }

    /// Values that the schema of a key does not allow.
    private func refusedValues(of schema: JSONValue) -> [JSONValue] {
        let types = schema["type"]?.arrayValue ?? [schema["type"] ?? "enum"]
        var values: [JSONValue] = []
        if !types.contains("object") { values.append(["x": 1]) }
        if !types.contains("array") { values.append([1]) }
        if !types.contains("boolean") { values.append(true) }
        if !types.contains("string") { values.append("no such value") } else { values.append("") }
        if !types.contains("integer") && !types.contains("number") { values += [7, 1.5] }
        if types.contains("integer") { values.append(1.5) }
        if types.contains("integer") || types.contains("number") { values.append(.number(.nan)) }
        if let minimum = schema["minimum"] {
            values.append(minimum.integerValue.map { .integer($0 - 1) } ?? .number(-1))
        }
        if case .integer(let maximum)? = schema["maximum"], maximum < .max { values.append(.integer(maximum + 1)) }
        if case .number(let maximum)? = schema["maximum"] { values.append(.number(maximum.nextUp)) }
        if let bound = schema["exclusiveMinimum"] ?? schema["exclusiveMaximum"] { values.append(bound) }
        if let count = schema["maxLength"]?.integerValue {
            values.append(.string(String(repeating: "x", count: Int(count) + 1)))
        }
        if let items = schema["items"] {
            let least = Int(schema["minItems"]?.integerValue ?? 0)
            let most = Int(schema["maxItems"]?.integerValue ?? 0)
            let example = items["minimum"] ?? items["exclusiveMaximum"] ?? "x"
            if least > 0 { values.append(.array(Array(repeating: example, count: least - 1))) }
            values.append(.array(Array(repeating: example, count: most + 1)))
            let wrong: JSONValue = items["type"] == "string" ? 5 : "x"
            values.append(.array(Array(repeating: wrong, count: max(least, 1))))
        }
        if schema["additionalProperties"] != nil { values.append(["A": 5]) }
        return values
    }
}

enum ConfigurationSourceEdit {
    /// `base` with `value` at the dotted path.
    static func set(_ path: String, to value: JSONValue, in base: JSONValue) -> JSONValue {
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        var object = base.objectValue ?? [:]
        object[parts[0]] = parts.count == 1 ? value : set(parts[1], to: value, in: object[parts[0]] ?? [:])
        return .object(object)
    }
}
