package import Hummingbird
package import JSON
package import Tracking

/// Reads the parameters of a request's query; each reader refuses what its parameter cannot be with 422 and its name.
package struct QueryReader: Sendable {
    private let values: [String: [String]]

    /// Reads the query of `request`.
    ///
    /// - Throws: 400 when it is not valid percent encoding of UTF-8.
    package init(_ request: Request) throws(APIError) {
        try self.init(query: request.uri.query ?? "")
    }

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
            throw .invalidField(name, "\(name) must be an integer, not '\(text)'")
        }
        guard range.contains(value) else {
            let bounds =
                range.upperBound == Int.max
                ? "at least \(range.lowerBound)" : "between \(range.lowerBound) and \(range.upperBound)"
            throw .invalidField(name, "\(name) must be \(bounds), not \(value)")
        }
        return value
    }

    /// A limit of at least 1; nil when it is absent.
    package func limit(_ name: String = "limit", maximum: Int = .max) throws(APIError) -> Int? {
        try integer(name, in: 1...maximum)
    }

    /// How many to leave out; 0 when it is absent.
    package func offset(_ name: String = "offset") throws(APIError) -> Int {
        try integer(name, in: 0...Int.max) ?? 0
    }

    /// A place in the log.
    package func position(_ name: String) throws(APIError) -> LogPosition? {
        guard let text = text(name) else { return nil }
        guard let value = UInt64(text), text.utf8.first != UInt8(ascii: "+") else {
            throw .invalidField(name, "\(name) must be a position in the log, an integer from 0, not '\(text)'")
        }
        return LogPosition(value)
    }

    /// A finite number.
    package func number(_ name: String) throws(APIError) -> Double? {
        guard let text = text(name) else { return nil }
        guard let value = Double(text), value.isFinite else {
            throw .invalidField(name, "\(name) must be a number, not '\(text)'")
        }
        return value
    }

    /// `true`, `1` or an empty value; `false` or `0`; false when it is absent.
    package func flag(_ name: String) throws(APIError) -> Bool {
        switch text(name) {
        case nil, "false", "0": return false
        case "", "true", "1": return true
        case let text?: throw .invalidField(name, "\(name) must be true or false, not '\(text)'")
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

    /// How NaN and the infinities are to be written: `?nonfinite=string|null|token`.
    package func nonfinite() throws(APIError) -> NonfiniteStyle {
        switch text("nonfinite") {
        case nil, "string": return .string
        case "null": return .null
        case "token": return .token
        case let text?: throw .invalidField("nonfinite", "nonfinite must be string, null or token, not '\(text)'")
        }
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(
        _ text: String, _ name: String
    ) throws(APIError) -> Choice where Choice.RawValue == String {
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidField(name, "\(name) must be one of \(words), not '\(text)'")
        }
        return choice
    }

    /// The text behind percent encoding, `+` being a space.
    static func decoded(_ text: Substring) throws(APIError) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal)
                else { throw .malformed("the query '\(text)' is not valid percent encoding") }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("the query '\(text)' is not UTF-8")
        }
        return decoded
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
