package import JSON

/// Reading documents that the API promises: a field that is missing or of another kind is `unexpectedAnswer`.
extension JSONValue {
    func text(_ key: String, of document: String) throws(ClientError) -> String {
        guard let value = self[key]?.stringValue else { throw JSONValue.missing(key, "a string", document) }
        return value
    }

    func integer(_ key: String, of document: String) throws(ClientError) -> Int {
        guard let value = self[key]?.integerValue else { throw JSONValue.missing(key, "an integer", document) }
        return Int(value)
    }

    func number(_ key: String, of document: String) throws(ClientError) -> Double {
        guard let value = self[key]?.doubleValue else { throw JSONValue.missing(key, "a number", document) }
        return value
    }

    func elements(_ key: String, of document: String) throws(ClientError) -> [JSONValue] {
        guard let value = self[key]?.arrayValue else { throw JSONValue.missing(key, "an array", document) }
        return value
    }

    /// The strings of an optional array.
    func texts(_ key: String) -> [String] { self[key]?.arrayValue?.compactMap(\.stringValue) ?? [] }

    /// The numbers of an optional object, in its order; "NaN", "Infinity" and "-Infinity" are numbers.
    func metrics(_ key: String) -> [MetricValue] {
        guard let members = self[key]?.objectValue else { return [] }
        return members.compactMap { name, value in value.metricNumber.map { MetricValue(name: name, value: $0) } }
    }

    /// The number this is, or stands for as one of the strings "NaN", "Infinity" and "-Infinity".
    package var metricNumber: Double? {
        switch self {
        case .string("NaN"): .nan
        case .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        default: doubleValue
        }
    }

    private static func missing(_ key: String, _ kind: String, _ document: String) -> ClientError {
        ClientError(
            .unexpectedAnswer,
            "The server's answer (\(document)) has no field \"\(key)\" with \(kind). Is the server of another version?")
    }
}
