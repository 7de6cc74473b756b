/// A JSON value. Integers that fit 64 bits keep their exact value; every other number is a double.
///
/// `.integer(1)` and `.number(1)` are different values, as `1` and `1.0` are different texts.
package enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// The string, when it is one.
    package var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The integer, when it is one, or a double without fraction that a 64-bit integer holds exactly.
    package var integerValue: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// The number as a double (rounded for integers above 2^53), when it is one.
    package var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The truth value, when it is one.
    package var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements, when it is an array.
    package var arrayValue: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members, when it is an object.
    package var objectValue: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// True when it is null.
    package var isNull: Bool { self == .null }

    /// The member under `key`; nil when this is no object or has none.
    package subscript(key: String) -> JSONValue? { objectValue?[key] }

    /// The same value with the keys of every object in the order of their UTF-8 bytes: the form digests are taken of.
    package func sortingKeys() -> JSONValue {
        switch self {
        case .object(let object):
            let members = object.map { ($0.key, $0.value.sortingKeys()) }
            return .object(
                JSONObject(
                    uniqueKeysWithValues: members.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }))
        case .array(let elements): return .array(elements.map { $0.sortingKeys() })
        default: return self
        }
    }

    /// An integer, clamped to 64 bits: a count, a position or a size.
    package static func count(_ number: some BinaryInteger) -> JSONValue { .integer(Int64(clamping: number)) }

    /// The kind in words, as messages name it: "an integer", "a string", …
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "a mapping"
        }
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(uniqueKeysWithValues: elements))
    }
}
