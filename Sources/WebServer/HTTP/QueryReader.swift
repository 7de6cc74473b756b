package import JSON
import Text

/// Reads the parameters of a request's query; each reader refuses what its parameter cannot be with 422 and its name.
package struct QueryReader: Sendable {
    private let values: [String: [String]]

    /// Reads `query`, the part behind the question mark.
    package init(query: String) throws(APIError) {
        var values: [String: [String]] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decoded(parts[0])
            values[name, default: []].append(parts.count > 1 ? try Self.decoded(parts[1]) : "")
        }
        self.values = values
    }

    /// Requires that the query has no parameters but `names`, and each at most once but `lists`.
    ///
    /// - Throws: 422 for another one, with the nearest of `names`, and for one that comes twice.
    package func requireNames(among names: [String], lists: Set<String> = []) throws(APIError) {
        for name in values.keys.sorted() where !names.contains(name) {
            throw .invalidField(name, Spelling.unknown("parameter", name, among: names))
        }
        for name in values.keys.sorted() where !lists.contains(name) && texts(name).count > 1 {
            throw .invalidField(name, "\(name) was given \(texts(name).count) times; give it once.")
        }
    }

    /// The value of `name`; nil when it is absent. Of several, the last.
    package func text(_ name: String) -> String? { values[name]?.last }

    /// Every value of `name`, in order.
    package func texts(_ name: String) -> [String] { values[name] ?? [] }

    /// The names in `name`, written with commas or as several parameters; nil when it is absent.
    package func list(_ name: String) -> [String]? {
        guard let texts = values[name] else { return nil }
        return texts.flatMap { $0.split(separator: ",").map { String($0) } }
    }

    /// An integer within `range`.
    package func integer(_ name: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let value = Int(text) else {
            throw .invalidField(name, "\(name) must be an integer, not '\(text)'.")
        }
        guard range.contains(value) else {
            let bounds =
                range.upperBound == Int.max
                ? "at least \(range.lowerBound)" : "between \(range.lowerBound) and \(range.upperBound)"
            throw .invalidField(name, "\(name) must be \(bounds), not \(value).")
        }
        return value
    }

    /// A limit of at least 1; nil when it is absent.
    package func limit(_ name: String = "limit", maximum: Int = .max) throws(APIError) -> Int? {
        try integer(name, in: 1...maximum)
    }

    /// The number of entries to leave out; 0 when it is absent.
    package func offset(_ name: String = "offset") throws(APIError) -> Int {
        try integer(name, in: 0...Int.max) ?? 0
    }

    /// A finite number.
    package func number(_ name: String) throws(APIError) -> Double? {
        guard let text = text(name) else { return nil }
        guard let value = Double(text), value.isFinite else {
            throw .invalidField(name, "\(name) must be a number, not '\(text)'.")
        }
        return value
    }

    /// `true`, `1` or an empty value; `false` or `0`; false when it is absent.
    package func flag(_ name: String) throws(APIError) -> Bool {
        switch text(name) {
        case nil, "false", "0": return false
        case "", "true", "1": return true
        case let text?: throw .invalidField(name, "\(name) must be true or false, not '\(text)'.")
        }
    }

    /// One of an enumeration's words.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type = Choice.self
    ) throws(APIError) -> Choice? where Choice.RawValue == String {
        guard let text = text(name) else { return nil }
        return try Self.choice(text, name)
    }

    /// Several of an enumeration's words, written with commas; nil when it is absent.
    package func choices<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type = Choice.self
    ) throws(APIError) -> [Choice]? where Choice.RawValue == String {
        guard let list = list(name) else { return nil }
        var choices: [Choice] = []
        for text in list { choices.append(try Self.choice(text, name)) }
        return choices
    }

    /// The style in which NaN and the infinities are to be written: `?nonfinite=string|null|token`.
    package func nonfinite() throws(APIError) -> NonfiniteStyle {
        switch text("nonfinite") {
        case nil, "string": return .string
        case "null": return .null
        case "token": return .token
        case let text?: throw .invalidField("nonfinite", "nonfinite must be string, null or token, not '\(text)'.")
        }
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(
        _ text: String, _ name: String
    ) throws(APIError) -> Choice where Choice.RawValue == String {
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidField(name, "\(name) must be one of \(words), not '\(text)'.")
        }
        return choice
    }

    /// The text behind percent encoding, `+` being a space.
    private static func decoded(_ text: Substring) throws(APIError) -> String {
        guard let decoded = PercentCoding.decoded(text, plusIsSpace: true) else {
            throw .malformed("The query '\(text)' is not percent-encoded UTF-8.")
        }
        return decoded
    }
}
