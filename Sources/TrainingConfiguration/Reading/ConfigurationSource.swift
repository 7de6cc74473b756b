package import JSON
import Text

/// A configuration as it was written: the values, and the line of each.
///
/// Reading a source says only that the text is well formed and within `ConfigurationLimits`; whether the values are
/// allowed is for `TrainingConfiguration` and `ServerConfiguration` to say.
package struct ConfigurationSource: Equatable, Sendable {
    /// The values as a tree; its top is an object.
    package private(set) var root: JSONObject
    /// True when the text held nothing but blanks and comments.
    package private(set) var isBlank = false
    /// The line of each value by its path; values that came from elsewhere have none.
    private var lines: [String: Int]
    /// The paths that overrides have set.
    private var overridden: Set<String> = []

    /// Reads YAML text (JSON text is YAML text too, except for its stranger corners). Anchors and aliases are refused.
    package init(yaml text: String) throws(ConfigurationError) {
        var reader = YAMLReader()
        self = try Self.checked(reader.read(text), lines: reader.lines)
    }

    /// Reads JSON text.
    package init(json text: [UInt8]) throws(ConfigurationError) {
        var reader = JSONSourceReader()
        self = try Self.checked(reader.read(text), lines: reader.lines)
    }

    /// Reads text as JSON when its name ends in `.json`, as YAML otherwise.
    package init(_ text: String, fileName: String) throws(ConfigurationError) {
        if fileName.lowercased().hasSuffix(".json") {
            try self.init(json: Array(text.utf8))
        } else {
            try self.init(yaml: text)
        }
    }

    /// Reads the bytes of a file.
    package init(_ bytes: [UInt8], fileName: String) throws(ConfigurationError) {
        let text: String
        do throws(PlainTextFault) {
            text = try PlainText.decode(bytes)
        } catch {
            throw ConfigurationError(
                ConfigurationProblem(
                    code: .syntax, path: "", line: nil, found: "a file that \(error.description)",
                    allowed: "text in UTF-8"))
        }
        try self.init(text, fileName: fileName)
    }

    /// Takes values that were read already, such as the body of a request.
    package init(_ value: JSONValue) throws(ConfigurationError) {
        self = try Self.checked(value, lines: [:])
    }

    /// The line of the value at `path`, or of the nearest value around it; nil when it came from elsewhere.
    package func line(of path: String) -> Int? {
        var path = Substring(path)
        while !path.isEmpty {
            let key = String(path)
            if overridden.contains(key) { return nil }
            if let line = lines[key] { return line }
            path = path[..<(path.lastIndex { $0 == "." || $0 == "[" } ?? path.startIndex)]
        }
        return nil
    }

    /// Sets the value at a dotted path such as `train.model.depth`, making the objects on the way.
    /// - Throws: when a part of the path is empty or leads through something that is no mapping.
    package mutating func override(_ path: String, with value: JSONValue) throws(ConfigurationError) {
        let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !path.isEmpty, !parts.contains(""), parts.count <= ConfigurationLimits.maximumDepth else {
            throw ConfigurationError(
                ConfigurationProblem(
                    code: .override, path: path, found: "the override path \"\(path)\"",
                    allowed: "keys joined by dots, such as train.learning_rate"))
        }
        let changed = try Self.setting(value, at: parts[...], in: .object(root), path: "")
        lines = lines.filter { $0.key != path && !$0.key.hasPrefix(path + ".") && !$0.key.hasPrefix(path + "[") }
        let (overridden, isBlank) = (overridden.union([path]), isBlank)
        self = try Self.checked(changed, lines: lines)
        (self.overridden, self.isBlank) = (overridden, isBlank)
    }

    /// Sets several values, in the order of their paths' bytes.
    package mutating func override(with overrides: JSONObject) throws(ConfigurationError) {
        for (path, value) in overrides.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            try override(path, with: value)
        }
    }

    /// Sets a value from the text `path=value`; the value is read as in a YAML file: `train.patch_size=[32,32,32]`.
    package mutating func override(setting text: String) throws(ConfigurationError) {
        guard let separator = text.firstIndex(of: "=") else {
            throw ConfigurationError(
                ConfigurationProblem(
                    code: .override, path: "", found: "the setting \"\(text)\"",
                    allowed: "a path, '=' and a value, such as train.learning_rate=1e-4"))
        }
        var reader = YAMLReader()
        let value: JSONValue
        do {
            value = try reader.read(String(text[text.index(after: separator)...]))
        } catch {
            throw ConfigurationError(
                ConfigurationProblem(
                    code: .override, path: String(text[..<separator]), found: error.first.found,
                    allowed: "a value as in a YAML file"))
        }
        try override(String(text[..<separator]), with: value)
    }

    /// The value at a dotted path of keys.
    func value(at path: String) -> JSONValue? {
        var value = JSONValue.object(root)
        for key in path.split(separator: ".") {
            guard case .object(let object) = value, let member = object[String(key)] else { return nil }
            value = member
        }
        return value
    }

    /// Puts a value where another one was or was not; its line stays that of what was there.
    mutating func set(_ path: String, _ value: JSONValue) { change(path[...], to: value) }

    /// Takes a value out.
    mutating func remove(_ path: String) { change(path[...], to: nil) }

    /// Moves a value to another path, with the lines of it and of what it holds.
    mutating func move(_ from: String, _ to: String) {
        guard let value = value(at: from) else { return }
        for (path, line) in lines where path == from || path.hasPrefix(from + ".") || path.hasPrefix(from + "[") {
            lines[path] = nil
            lines[to + path.dropFirst(from.count)] = line
        }
        change(from[...], to: nil)
        change(to[...], to: value)
    }

    private mutating func change(_ path: Substring, to value: JSONValue?) {
        func changed(_ object: JSONObject, _ keys: ArraySlice<Substring>) -> JSONObject {
            guard let first = keys.first.map(String.init) else { return object }
            var object = object
            if keys.count == 1 {
                object[first] = value
                return object
            }
            var inner = JSONObject()
            if case .object(let found)? = object[first] { inner = found } else if value == nil { return object }
            object[first] = .object(changed(inner, keys.dropFirst()))
            return object
        }
        root = changed(root, path.split(separator: ".")[...])
    }

    /// Checks the limits and that the top is an object; an empty text is an empty object.
    private static func checked(_ value: JSONValue, lines: [String: Int]) throws(ConfigurationError) -> Self {
        var count = 0
        try measure(value, path: "", depth: 0, count: &count, lines: lines)
        switch value {
        case .object(let object): return Self(root: object, lines: lines)
        case .null:
            var source = Self(root: [:], lines: [:])
            source.isBlank = true
            return source
        default:
            throw ConfigurationError(
                ConfigurationProblem(
                    code: .wrongKind, path: "", line: 1, found: value.kindName,
                    allowed: "a mapping of keys to values"))
        }
    }

    private init(root: JSONObject, lines: [String: Int]) {
        self.root = root
        self.lines = lines
    }

    private static func measure(
        _ value: JSONValue, path: String, depth: Int, count: inout Int, lines: [String: Int]
    ) throws(ConfigurationError) {
        count += 1
        if depth > ConfigurationLimits.maximumDepth || count > ConfigurationLimits.maximumValueCount {
            throw ConfigurationError(
                ConfigurationProblem(
                    code: .tooLarge, path: path, line: lines[path],
                    found: depth > ConfigurationLimits.maximumDepth ? "deeper nesting" : "more values",
                    allowed: "at most \(ConfigurationLimits.maximumDepth) levels and "
                        + "\(ConfigurationLimits.maximumValueCount) values"))
        }
        switch value {
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                try measure(element, path: "\(path)[\(index)]", depth: depth + 1, count: &count, lines: lines)
            }
        case .object(let object):
            for (key, member) in object {
                guard (1...ConfigurationLimits.maximumKeyByteCount).contains(key.utf8.count) else {
                    throw ConfigurationError(
                        ConfigurationProblem(
                            code: .tooLarge, path: path, line: lines[path], found: "a key of \(key.utf8.count) bytes",
                            allowed: "keys of 1 to \(ConfigurationLimits.maximumKeyByteCount) bytes"))
                }
                try measure(member, path: join(path, key), depth: depth + 1, count: &count, lines: lines)
            }
        default: break
        }
    }

    private static func setting(
        _ value: JSONValue, at parts: ArraySlice<String>, in target: JSONValue, path: String
    ) throws(ConfigurationError) -> JSONValue {
        guard let key = parts.first else { return value }
        var object: JSONObject
        switch target {
        case .object(let found): object = found
        case .null: object = [:]
        default:
            throw ConfigurationError(
                ConfigurationProblem(
                    code: .override, path: path, found: "an override below \(target.kindName)",
                    allowed: "overrides of keys inside mappings"))
        }
        object[key] = try setting(value, at: parts.dropFirst(), in: object[key] ?? .null, path: join(path, key))
        return .object(object)
    }

    /// The path of `key` inside the value at `path`.
    static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
