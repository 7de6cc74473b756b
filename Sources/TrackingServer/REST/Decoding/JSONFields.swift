import JSON
import Tracking

/// Reads the fields of a request body, naming the field in every error. Unknown fields are left alone.
struct JSONFields {
    private let object: JSONObject
    private let path: String

    init(_ object: JSONObject, path: String = "") {
        self.object = object
        self.path = path
    }

    /// The full path of `key`.
    func name(_ key: String) -> String { path.isEmpty ? key : path + "." + key }

    /// The value of `key`; nil when it is absent or null.
    func value(_ key: String) -> JSONValue? {
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    /// Text of `key` in bounds counted in bytes of UTF-8; nil when absent.
    func string(_ key: String, bytes: ClosedRange<Int> = 0...Session.maximumNameByteCount) throws(FieldError) -> String?
    {
        guard let value = value(key) else { return nil }
        guard case .string(let text) = value else {
            throw FieldError(name(key), "must be a string, not \(value.kindName)")
        }
        return try Self.checked(text, bytes, name(key))
    }

    /// Text that must be there.
    func requiredString(_ key: String, bytes: ClosedRange<Int>) throws(FieldError) -> String {
        guard let text = try string(key, bytes: bytes) else { throw FieldError(name(key), "is required") }
        return text
    }

    /// A whole number of `key` in `range`; nil when absent.
    func integer(_ key: String, in range: ClosedRange<Int64>) throws(FieldError) -> Int64? {
        guard let value = value(key) else { return nil }
        return try Self.integer(value, in: range, name(key))
    }

    /// A whole number that must be there.
    func requiredInteger(_ key: String, in range: ClosedRange<Int64>) throws(FieldError) -> Int64 {
        guard let number = try integer(key, in: range) else { throw FieldError(name(key), "is required") }
        return number
    }

    /// A finite number of `key` in `range`; nil when absent.
    func number(_ key: String, in range: ClosedRange<Double>) throws(FieldError) -> Double? {
        guard let value = value(key) else { return nil }
        guard let number = value.doubleValue, range.contains(number) else {
            throw FieldError(name(key), "must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A truth value; nil when absent.
    func flag(_ key: String) throws(FieldError) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let flag = value.boolValue else { throw FieldError(name(key), "must be true or false") }
        return flag
    }

    /// One of `values`; nil when absent.
    func choice(_ key: String, of values: [String]) throws(FieldError) -> String? {
        guard let text = try string(key) else { return nil }
        guard values.contains(text) else {
            throw FieldError(name(key), "must be one of \(values.joined(separator: ", ")), not '\(text)'")
        }
        return text
    }

    /// An RFC 3339 time; nil when absent.
    func time(_ key: String) throws(FieldError) -> Timestamp? {
        guard let text = try string(key, bytes: 0...64) else { return nil }
        guard let time = Timestamp(text) else {
            throw FieldError(name(key), "must be a time such as 2026-01-31T12:00:00Z, not '\(text)'")
        }
        return time
    }

    /// An object; nil when absent.
    func object(_ key: String) throws(FieldError) -> JSONObject? {
        guard let value = value(key) else { return nil }
        guard let object = value.objectValue else {
            throw FieldError(name(key), "must be an object, not \(value.kindName)")
        }
        return object
    }

    /// An array; nil when absent.
    func array(_ key: String, counts: ClosedRange<Int>) throws(FieldError) -> [JSONValue]? {
        guard let value = value(key) else { return nil }
        guard let array = value.arrayValue else {
            throw FieldError(name(key), "must be an array, not \(value.kindName)")
        }
        guard counts.contains(array.count) else {
            throw FieldError(
                name(key), "has \(array.count) entries; \(counts.lowerBound) to \(counts.upperBound) are allowed")
        }
        return array
    }

    /// Texts that differ from each other; nil when absent.
    func strings(
        _ key: String, counts: ClosedRange<Int>, bytes: ClosedRange<Int> = 1...Session.maximumNameByteCount
    ) throws(FieldError) -> [String]? {
        guard let values = try array(key, counts: counts) else { return nil }
        var texts: [String] = []
        for (index, value) in values.enumerated() {
            guard case .string(let text) = value else {
                throw FieldError("\(name(key))[\(index)]", "must be a string, not \(value.kindName)")
            }
            texts.append(try Self.checked(text, bytes, "\(name(key))[\(index)]"))
        }
        return texts
    }

    /// Flat scalars by name; nil when absent.
    func parameters(_ key: String) throws(FieldError) -> [Parameter]? {
        guard let object = try object(key) else { return nil }
        guard object.count <= 10_000 else {
            throw FieldError(name(key), "has \(object.count) entries; at most 10000 fit")
        }
        var parameters: [Parameter] = []
        for (parameter, value) in object {
            let field = name(key) + "." + parameter
            var message = Parameter()
            message.name = try Self.checked(parameter, 1...Session.maximumNameByteCount, field)
            switch value {
            case .string(let text): message.text = try Self.checked(text, 0...65_536, field)
            case .integer(let integer): message.integer = integer
            case .number(let number): message.number = number
            case .bool(let flag): message.flag = flag
            default: throw FieldError(field, "must be a string, a number or a boolean, not \(value.kindName)")
            }
            parameters.append(message)
        }
        return parameters
    }

    /// Metrics by name, sorted by name; nil when absent.
    func metrics(_ key: String) throws(FieldError) -> [Metric]? {
        guard let object = try object(key) else { return nil }
        return try Self.metrics(object, path: name(key))
    }

    /// Metrics by name, sorted by name. NaN and the infinities come as strings or as numbers.
    static func metrics(_ object: JSONObject, path: String) throws(FieldError) -> [Metric] {
        guard object.count <= 10_000 else { throw FieldError(path, "has \(object.count) metrics; at most 10000 fit") }
        var metrics: [Metric] = []
        for (name, value) in object {
            try MetricNames.check(name, field: path)
            guard let number = number(value) else {
                throw FieldError(
                    path + "." + name, "must be a number, \"NaN\", \"Infinity\" or \"-Infinity\", not \(value.kindName)"
                )
            }
            var metric = Metric()
            metric.name = name
            metric.value = number
            metrics.append(metric)
        }
        return metrics.sorted { $0.name < $1.name }
    }

    /// A number, also as one of the strings that stand for NaN and the infinities.
    static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .integer, .number: value.doubleValue
        case .string("NaN"): .nan
        case .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        default: nil
        }
    }

    static func integer(
        _ value: JSONValue, in range: ClosedRange<Int64>, _ field: String
    ) throws(FieldError) -> Int64 {
        let number: Int64
        switch value {
        case .integer(let integer): number = integer
        case .number(let double):
            guard let exact = Int64(exactly: double) else {
                throw FieldError(field, "must be a whole number, not \(double)")
            }
            number = exact
        default: throw FieldError(field, "must be a whole number, not \(value.kindName)")
        }
        guard range.contains(number) else {
            throw FieldError(field, "must be from \(range.lowerBound) to \(range.upperBound), not \(number)")
        }
        return number
    }

    private static func checked(_ text: String, _ bytes: ClosedRange<Int>, _ field: String) throws(FieldError) -> String
    {
        let count = text.utf8.count
        guard bytes.contains(count) else {
            if count == 0 { throw FieldError(field, "must not be empty") }
            throw FieldError(field, "has \(count) bytes; \(bytes.lowerBound) to \(bytes.upperBound) are allowed")
        }
        guard !text.utf8.contains(0) else { throw FieldError(field, "must not hold NUL characters") }
        return text
    }
}
