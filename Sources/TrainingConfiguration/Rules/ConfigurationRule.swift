import JSON

/// The rule for what one key may hold. A configuration's rules are a table: validation, defaults, messages and the
/// published JSON Schema are all read from it.
struct ConfigurationRule: Sendable {
    /// The kinds of value that a key takes.
    indirect enum Kind: Sendable {
        case integer(ClosedRange<Int64>)
        case number(NumberRange)
        case bool
        /// Text of at most so many bytes; empty text is refused.
        case string(maximumByteCount: Int)
        case choice([String])
        case list(of: Kind, count: ClosedRange<Int>)
        /// Free keys with text values.
        case stringMap(maximumCount: Int)
        case section([ConfigurationRule])
        /// A section whose keys without a rule belong to somebody else.
        case openSection([ConfigurationRule])
        /// A section whose rules depend on the value of one of its keys.
        case variant(key: String, fallback: String, cases: [Case])
        /// Null or a value: null says that the thing is off, or is chosen by its surroundings.
        case optional(Kind)
    }

    /// One form of a variant section.
    struct Case: Sendable {
        let name: String
        let rules: [ConfigurationRule]
        /// True when keys without a rule are part of the form; otherwise they are kept and warned about.
        var acceptsOtherKeys = false
    }

    let key: String
    let kind: Kind
    /// The value of an absent key; nil when the key must be given, or for sections, which are made of their keys.
    let fallback: JSONValue?
    /// The purpose of the key, in the published schema.
    let summary: String

    init(_ key: String, _ kind: Kind, default fallback: JSONValue? = nil, _ summary: String) {
        self.key = key
        self.kind = kind
        self.fallback = fallback
        self.summary = summary
    }

    /// A path of the file system.
    static let pathKind = Kind.string(maximumByteCount: 4096)
    /// A short name.
    static let nameKind = Kind.string(maximumByteCount: 255)
}

extension ConfigurationRule.Kind {
    /// The values that are allowed, in words, as messages say it.
    var words: String {
        switch self {
        case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number \(range.words)"
        case .bool: "true or false"
        case .string(let count): "text of 1 to \(count) bytes"
        case .choice(let names): "one of \(names.joined(separator: ", "))"
        case .list(let element, let count):
            count.lowerBound == count.upperBound
                ? "a list of \(count.lowerBound), each \(element.words)"
                : "a list of \(count.lowerBound) to \(count.upperBound), each \(element.words)"
        case .stringMap(let count): "a mapping of at most \(count) names to text"
        case .section, .openSection, .variant: "a mapping"
        case .optional(let kind): "null or \(kind.words)"
        }
    }
}
