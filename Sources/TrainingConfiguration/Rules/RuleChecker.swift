import JSON
import Text

/// Checks values against rules, fills in defaults, and collects what is wrong and what is unknown.
struct RuleChecker {
    private let source: ConfigurationSource
    private let keepsMistypedKeys: Bool
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationWarning] = []

    /// - Parameter keepsMistypedKeys: Whether a key that is nearly a known one is only warned of.
    /// - Parameter earlier: Problems that were found before.
    init(
        source: ConfigurationSource, keepsMistypedKeys: Bool = false, earlier: [ConfigurationProblem] = [],
        warnings: [ConfigurationWarning] = []
    ) {
        self.source = source
        problems = earlier
        self.warnings = warnings
        self.keepsMistypedKeys = keepsMistypedKeys
    }

    /// The section at `path` with every default filled in and unknown keys kept; nil and null count as empty.
    mutating func section(
        _ value: JSONValue?, _ rules: [ConfigurationRule], at path: String, acceptingOtherKeys: Bool = false,
        keysOfOtherCases: Set<String> = []
    ) -> JSONValue {
        let object: JSONObject
        switch value {
        case nil, .null: object = [:]
        case .object(let found): object = found
        case let found?:
            add(.wrongKind, path, found, "a mapping")
            return .object([:])
        }
        var result = JSONObject()
        for rule in rules {
            result[rule.key] = resolved(object[rule.key], rule, at: ConfigurationSource.join(path, rule.key))
        }
        for (key, value) in object where result[key] == nil && !rules.contains(where: { $0.key == key }) {
            result[key] = Self.keepable(value)
            if keysOfOtherCases.contains(key) {
                let path = ConfigurationSource.join(path, key)
                let chosen = rules.first.flatMap { rule in object[rule.key]?.stringValue ?? rule.fallback?.stringValue }
                warnings.append(
                    ConfigurationWarning(
                        path: path, line: source.line(of: path),
                        message: "this key has no effect with \(rules.first?.key ?? "kind") \(chosen ?? "")"))
                continue
            }
            noteUnknown(key, at: path, rules, isOther: acceptingOtherKeys, in: object)
        }
        return .object(result)
    }

    /// The section, in any other one, for what only the user reads.
    private static let extraKey = "extra"

    /// Tells of a key without a rule. It is refused unless it is known to be harmless: whoever wrote it would be trained with
    /// another value than they think. In a section with keys of the user's own (`isOther`) it may be one of those.
    private mutating func noteUnknown(
        _ key: String, at path: String, _ rules: [ConfigurationRule], isOther: Bool, in object: JSONObject
    ) {
        guard key != Self.extraKey else { return }
        let path = ConfigurationSource.join(path, key)
        let nearest = Spelling.nearest(to: key, among: rules.map(\.key))
        func warn(_ message: String) {
            warnings.append(ConfigurationWarning(path: path, line: source.line(of: path), message: message))
        }
        if isOther {
            if let nearest, object[nearest] == nil {
                warn("this key is kept for the program and has no other effect; did you mean \(nearest)?")
            }
        } else if let nearest, !keepsMistypedKeys {
            add(
                .mistypedKey, path, found: "an unknown key", "\(nearest), if that is what is meant, or a name unlike it"
            )
        } else if HarmlessKeys.contains(key) {
            warn("this key has no effect here")
        } else if !keepsMistypedKeys {
            let place = Self.place(of: key, in: rules).map { "\($0), if that is what is meant; " } ?? ""
            add(
                .unknownKey, path, found: "an unknown key",
                "\(place)nothing reads this key; remove it, or put it under \(Self.extraKey), where what only you read belongs"
            )
        } else {
            let place = nearest ?? Self.place(of: key, in: rules)
            warn("this key is unknown; it is kept but has no effect" + (place.map { "; did you mean \($0)?" } ?? ""))
        }
    }

    /// The path of a key of that name in a section below `rules`; nil when there is none.
    private static func place(of key: String, in rules: [ConfigurationRule]) -> String? {
        for rule in rules {
            guard case .section(let inner) = rule.kind else { continue }
            if inner.contains(where: { $0.key == key }) { return ConfigurationSource.join(rule.key, key) }
            if let place = place(of: key, in: inner) { return ConfigurationSource.join(rule.key, place) }
        }
        return nil
    }

    /// Records a problem with the value at `path`.
    mutating func add(_ code: ConfigurationProblem.Code, _ path: String, _ found: JSONValue?, _ allowed: String) {
        add(code, path, found: found.map(Self.shown) ?? "nothing", allowed)
    }

    /// Records a problem with the value at `path`, described by the caller.
    mutating func add(_ code: ConfigurationProblem.Code, _ path: String, found: String, _ allowed: String) {
        problems.append(
            ConfigurationProblem(code: code, path: path, line: source.line(of: path), found: found, allowed: allowed))
    }

    private mutating func resolved(_ value: JSONValue?, _ rule: ConfigurationRule, at path: String) -> JSONValue {
        switch rule.kind {
        case .section(let rules): return section(value, rules, at: path)
        case .openSection(let rules): return section(value, rules, at: path, acceptingOtherKeys: true)
        case .variant(let key, let fallback, let cases):
            return variant(value, key: key, fallback: fallback, cases: cases, at: path)
        case .optional: break
        default:
            // Null is how YAML reads a key without a value: the default is meant.
            if value == nil || value == .null, let fallback = rule.fallback { return fallback }
        }
        guard let value = value ?? rule.fallback else {
            add(.missing, path, nil, rule.kind.words)
            return .null
        }
        return checked(value, rule.kind, at: path)
    }

    private mutating func variant(
        _ value: JSONValue?, key: String, fallback: String, cases: [ConfigurationRule.Case], at path: String
    ) -> JSONValue {
        let names = cases.map(\.name)
        let given = value?[key] ?? .null
        let name = given.isNull ? fallback : given.stringValue
        guard let chosen = cases.first(where: { $0.name == name }) else {
            add(
                given.stringValue == nil ? .wrongKind : .outOfRange, ConfigurationSource.join(path, key), given,
                "one of \(names.joined(separator: ", "))")
            return .object([key: given])
        }
        let discriminator = ConfigurationRule(key, .choice(names), default: .string(fallback), "")
        return section(
            value, [discriminator] + chosen.rules, at: path, acceptingOtherKeys: chosen.acceptsOtherKeys,
            keysOfOtherCases: Set(cases.flatMap(\.rules).map(\.key)))
    }

    /// The value in its canonical form: integral numbers as integers where integers are asked for, doubles elsewhere.
    private mutating func checked(_ value: JSONValue, _ kind: ConfigurationRule.Kind, at path: String) -> JSONValue {
        switch (kind, value) {
        case (.optional, .null): return .null
        case (.optional(let kind), _): return checked(value, kind, at: path)
        case (.bool, .bool): return value
        case (.integer(let range), _):
            guard let integer = value.integerValue else {
                if case .number = value { break }
                if case .integer = value { break }
                add(.wrongKind, path, value, kind.words)
                return value
            }
            if range.contains(integer) { return .integer(integer) }
        case (.number(let range), _):
            guard let number = value.doubleValue else {
                add(.wrongKind, path, value, kind.words)
                return value
            }
            // Adding zero makes a negative zero plain.
            if number.isFinite && range.contains(number) { return .number(number + 0) }
        case (.string(let count), .string(let text)):
            if (1...count).contains(text.utf8.count) && !text.utf8.contains(0) { return value }
        case (.choice(let names), .string(let text)):
            if names.contains(text) { return value }
        case (.list(let element, let count), .array(let elements)):
            guard count.contains(elements.count) else {
                add(.outOfRange, path, found: "a list of \(elements.count)", kind.words)
                return value
            }
            var result: [JSONValue] = []
            for (index, value) in elements.enumerated() {
                result.append(checked(value, element, at: "\(path)[\(index)]"))
            }
            return .array(result)
        case (.section(let rules), .object): return section(value, rules, at: path)
        case (.stringMap(let count), .object(let object)):
            guard object.count <= count else { break }
            for (key, value) in object where value.stringValue == nil {
                add(.wrongKind, ConfigurationSource.join(path, key), value, "text; put numbers and booleans in quotes")
            }
            return value
        default:
            add(.wrongKind, path, value, kind.words)
            return value
        }
        add(.outOfRange, path, value, kind.words)
        return value
    }

    /// A value that no rule covers, in a form that JSON can hold.
    private static func keepable(_ value: JSONValue) -> JSONValue {
        switch value {
        case .number(let number) where !number.isFinite:
            .string(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
        case .array(let elements): .array(elements.map(keepable))
        case .object(let object):
            .object(JSONObject(uniqueKeysWithValues: object.map { ($0.key, keepable($0.value)) }))
        default: value
        }
    }

    /// The value as a message shows it: scalars as written, cut to 60 characters.
    private static func shown(_ value: JSONValue) -> String {
        switch value {
        case .array(let elements): return "a list of \(elements.count)"
        case .object: return "a mapping"
        default:
            let text = String(decoding: value.encoded(nonfinite: .token), as: UTF8.self)
            return text.count <= 60 ? text : "\(text.prefix(57))..."
        }
    }
}
