import Foundation
package import JSON
import Yams

/// Reads YAML text into JSON values and remembers the line of each.
///
/// Scalars are taken as most files mean them: plain `true`, `yes`, `on` and their opposites are booleans; decimal,
/// `0x` and `0o` integers; decimals with or without exponent, `.inf` and `.nan` numbers; `null`, `~` and nothing null;
/// everything else and everything in quotes a string. Aliases are refused, since a short text can stand for an endless
/// one by them; so are tags other than `!!str`, and keys that are not scalars.
struct YAMLReader {
    private(set) var lines: [String: Int] = [:]
    private let isLimited: Bool
    private var valueCount = 0
    private var anchors: Set<String> = []

    /// A reader that holds its text to `ConfigurationLimits`, unless told otherwise.
    init(isLimited: Bool = true) { self.isLimited = isLimited }

    /// Reads one document; an empty text is null.
    mutating func read(_ text: String) throws(ConfigurationError) -> JSONValue {
        guard !isLimited || text.utf8.count <= ConfigurationLimits.maximumByteCount else {
            throw problem(
                .tooLarge, nil, "a text of \(text.utf8.count) bytes",
                "at most \(ConfigurationLimits.maximumByteCount) bytes")
        }
        try refuseGrowth(in: text)
        let parser: Yams.Parser
        let root: Node?
        do {
            parser = try Yams.Parser(yaml: text, resolver: .basic)
            root = try parser.singleRoot()
        } catch let error as YamlError {
            throw Self.configurationError(from: error)
        } catch {
            throw problem(.syntax, nil, "\(error)", "YAML text")
        }
        guard let root else { return .null }
        // The nodes' anchors live as long as the parser.
        defer { withExtendedLifetime(parser) {} }
        return try value(of: root, at: "", depth: 0)
    }

    /// Refuses a text whose aliases could stand for very much more than is written.
    ///
    /// Counts what looks like anchors and aliases, without regard to quotes and comments: so many aliases, spread over as
    /// many levels as there are anchors, stand for at most (aliases / levels) ^ levels times the text. What is left is
    /// refused when the tree is walked, where a node with the same anchor comes a second time: only there is it sure that
    /// it is no comment.
    private func refuseGrowth(in text: String) throws(ConfigurationError) {
        var line = 1
        var anchorLine = 0
        var (anchorCount, aliasCount) = (0, 0)
        var previous: UInt8 = 0x20
        var bytes = text.utf8.makeIterator()
        var current = bytes.next()
        while let byte = current {
            current = bytes.next()
            if byte == UInt8(ascii: "\n") { line += 1 }
            if byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*"), !Self.isNamePart(previous),
                let next = current, Self.isNamePart(next)
            {
                if byte == UInt8(ascii: "*") {
                    aliasCount += 1
                } else {
                    anchorCount += 1
                    if anchorLine == 0 { anchorLine = line }
                }
            }
            previous = byte
        }
        let levels = Double(min(anchorCount, aliasCount))
        guard levels > 0 else { return }
        let growth = pow(max(2, Double(aliasCount) / levels), levels)
        guard growth * Double(text.utf8.count) > Self.maximumGrownByteCount else { return }
        throw Self.alias(at: anchorLine)
    }

    /// Refuses a node whose anchor was seen before: then it stands for an alias.
    private mutating func note(_ node: Node) throws(ConfigurationError) {
        guard let anchor = node.anchor, !anchors.insert(anchor.rawValue).inserted else { return }
        throw Self.alias(at: node.mark?.line)
    }

    /// The most that the nodes of a text may stand for while it is read.
    private static let maximumGrownByteCount = 1e8

    private static func alias(at line: Int?) -> ConfigurationError {
        ConfigurationError(
            ConfigurationProblem(
                code: .syntax, path: "", line: line, found: "an anchor and an alias (&name, *name)",
                allowed: "values written out"))
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private mutating func value(of node: Node, at path: String, depth: Int) throws(ConfigurationError) -> JSONValue {
        let line = node.mark?.line
        try note(node)
        lines[path] = line
        valueCount += 1
        let isWithinLimits =
            depth <= ConfigurationLimits.maximumDepth && valueCount <= ConfigurationLimits.maximumValueCount
        guard !isLimited || isWithinLimits else {
            throw problem(
                .tooLarge, line, "deeper nesting or more values",
                "at most \(ConfigurationLimits.maximumDepth) levels and "
                    + "\(ConfigurationLimits.maximumValueCount) values", path)
        }
        switch node {
        case .scalar(let scalar): return try Self.value(of: scalar, at: path)
        case .sequence(let sequence):
            try Self.refuse(sequence.tag, at: path, line)
            var elements: [JSONValue] = []
            for element in sequence {
                elements.append(try value(of: element, at: "\(path)[\(elements.count)]", depth: depth + 1))
            }
            return .array(elements)
        case .mapping(let mapping):
            try Self.refuse(mapping.tag, at: path, line)
            var object = JSONObject()
            for (keyNode, member) in mapping {
                guard case .scalar(let key) = keyNode else {
                    throw problem(
                        .syntax, keyNode.mark?.line, "a key that is not a scalar", "keys that are names", path)
                }
                try note(keyNode)
                let memberPath = ConfigurationSource.join(path, key.string)
                let value = try value(of: member, at: memberPath, depth: depth + 1)
                // The line of the key is the line a reader looks for.
                lines[memberPath] = key.mark?.line
                guard object.append(value, forKey: key.string) else {
                    throw problem(.syntax, key.mark?.line, "the key \"\(key.string)\" twice", "each key once", path)
                }
            }
            return .object(object)
        case .alias: throw problem(.syntax, line, "an alias", "values written out", path)
        }
    }

    private static func refuse(_ tag: Tag, at path: String, _ line: Int?) throws(ConfigurationError) {
        guard ["", "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"].contains(tag.description) else {
            throw ConfigurationError(
                ConfigurationProblem(
                    code: .syntax, path: path, line: line, found: "the tag \(tag.description)",
                    allowed: "no tags but !!str"))
        }
    }

    private static func value(of scalar: Node.Scalar, at path: String) throws(ConfigurationError) -> JSONValue {
        let text = scalar.string
        switch scalar.tag.description {
        case "tag:yaml.org,2002:str", "!": return .string(text)
        case "": break
        default: try refuse(scalar.tag, at: path, scalar.mark?.line)
        }
        guard scalar.style == .plain || scalar.style == .any else { return .string(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return true
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return false
        case ".nan", ".NaN", ".NAN": return .number(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .number(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
        default: return number(text) ?? .string(text)
        }
    }

    /// The number a plain scalar stands for; nil when it is none. Numbers with superfluous leading zeros are none,
    /// since YAML 1.1 and 1.2 read them differently.
    private static func number(_ text: String) -> JSONValue? {
        var digits = Substring(text)
        let isNegative = digits.first == "-"
        if isNegative || digits.first == "+" { digits = digits.dropFirst() }
        guard let first = digits.utf8.first, (0x30...0x39).contains(first) || first == UInt8(ascii: ".") else {
            return nil
        }
        for (prefix, radix) in [("0x", 16), ("0o", 8)] where digits.hasPrefix(prefix) {
            let rest = digits.dropFirst(2)
            guard let head = rest.first, head != "+", head != "-" else { return nil }
            return Int64((isNegative ? "-" : "") + rest, radix: radix).map { .integer($0) }
        }
        var plain = digits.replacing("_", with: "")
        guard !digits.hasPrefix("_"), !plain.isEmpty, plain.utf8.contains(where: { (0x30...0x39).contains($0) })
        else { return nil }
        // JSON's grammar with YAML's two liberties: digits may be missing on one side of the point.
        if plain.hasPrefix(".") { plain = "0" + plain }
        if let point = plain.firstIndex(of: "."), case let next = plain.index(after: point),
            next == plain.endIndex || plain[next] == "e" || plain[next] == "E"
        {
            plain.insert("0", at: next)
        }
        let json = (isNegative ? "-" : "") + plain
        do throws(JSONError) {
            return try JSONValue.parse(Array(json.utf8))
        } catch {
            return nil
        }
    }

    private func problem(
        _ code: ConfigurationProblem.Code, _ line: Int?, _ found: String, _ allowed: String, _ path: String = ""
    ) -> ConfigurationError {
        ConfigurationError(ConfigurationProblem(code: code, path: path, line: line, found: found, allowed: allowed))
    }

    private static func configurationError(from error: YamlError) -> ConfigurationError {
        let (text, line): (String, Int?) =
            switch error {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
                .composer(_, let problem, let mark, _):
                ("text that is not YAML (\(problem))", mark.line)
            case .reader(let problem, _, _, _): ("text that is not YAML (\(problem))", nil)
            case .duplicatedKeysInMapping(let keys, let context):
                ("the key \(keys.map { "\"\($0)\"" }.joined(separator: ", ")) twice in one mapping", context.mark.line)
            case .memory: ("a text that does not fit in memory", nil)
            default: ("text that is not YAML", nil)
            }
        return ConfigurationError(
            ConfigurationProblem(code: .syntax, path: "", line: line, found: text, allowed: "one YAML document"))
    }
}

extension JSONValue {
    /// The values of a YAML text, read as a configuration is but at any size: for files of the project's own.
    package init(yaml text: String) throws(ConfigurationError) {
        var reader = YAMLReader(isLimited: false)
        self = try reader.read(text)
    }
}
