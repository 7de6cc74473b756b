import JSON
import Tracking

extension JSONObject {
    /// Appends a field that has a value; absent ones are not written.
    mutating func add(_ key: String, _ value: JSONValue?) {
        if let value { append(value, forKey: key) }
    }

    /// Appends text unless it is empty: an empty text means that there is nothing to say.
    mutating func add(text: String, _ key: String) {
        if !text.isEmpty { append(.string(text), forKey: key) }
    }

    /// Appends a moment.
    mutating func add(time microseconds: Int64?, _ key: String) {
        if let microseconds { append(.time(microseconds), forKey: key) }
    }
}

extension JSONValue {
    /// A moment in RFC 3339.
    static func time(_ microseconds: Int64) -> JSONValue {
        .string(Timestamp(rawValue: microseconds).description)
    }

    /// A count, a position or a size.
    static func count(_ number: some BinaryInteger) -> JSONValue { .integer(Int64(clamping: number)) }

    /// Texts.
    static func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}

extension [Metric] {
    /// Every metric by name, NaN and the infinities included.
    var object: JSONObject {
        JSONObject(uniqueKeysWithValues: unique.map { ($0.name, .number($0.value)) })
    }

    /// The finite ones by name.
    var finiteObject: JSONObject {
        JSONObject(uniqueKeysWithValues: unique.filter(\.value.isFinite).map { ($0.name, .number($0.value)) })
    }

    /// The names of those that are NaN or infinite.
    var nonfiniteNames: [String] { unique.filter { !$0.value.isFinite }.map(\.name) }

    /// The last value of each name: a protobuf report may name one twice.
    private var unique: [Metric] {
        var places: [String: Int] = [:]
        var result: [Metric] = []
        for metric in self {
            if let place = places[metric.name] {
                result[place] = metric
            } else {
                places[metric.name] = result.count
                result.append(metric)
            }
        }
        return result
    }
}

extension Parameter {
    /// The parameter's value as JSON.
    var json: JSONValue {
        switch value {
        case .text(let text): .string(text)
        case .number(let number): .number(number)
        case .integer(let integer): .integer(integer)
        case .flag(let flag): .bool(flag)
        case nil: .string("")
        }
    }
}

extension [Parameter] {
    /// The parameters by name; of several with one name the last.
    var object: JSONObject {
        var values: [String: JSONValue] = [:]
        var order: [String] = []
        for parameter in self where values.updateValue(parameter.json, forKey: parameter.name) == nil {
            order.append(parameter.name)
        }
        return JSONObject(uniqueKeysWithValues: order.map { ($0, values[$0] ?? .null) })
    }
}
