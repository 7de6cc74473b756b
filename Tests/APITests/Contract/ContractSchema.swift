import API
import JSON

/// A schema of the contract, read as far as the API's documents say something of it.
struct ContractSchema {
    /// The name, when it is one of the contract's schemas.
    let name: String?
    private let value: JSONValue
    private let contract: Contract

    init(_ value: JSONValue, in contract: Contract) {
        var (name, value) = contract.resolved(value)
        // A text that holds JSON is what the JSON is.
        if let content = value["contentSchema"] { (name, value) = contract.resolved(content) }
        self.name = name
        self.value = value
        self.contract = contract
    }

    /// The parts that `allOf` puts together; the schema itself when it is one.
    private var parts: [ContractSchema] {
        value["allOf"]?.arrayValue?.map { ContractSchema($0, in: contract) } ?? [self]
    }

    /// Its declared fields, those of all its parts.
    var fields: [String: ContractSchema] {
        guard value["allOf"] == nil else {
            return parts.reduce(into: [:]) { fields, part in fields.merge(part.fields) { $1 } }
        }
        return Contract.members(value["properties"]).mapValues { ContractSchema($0, in: contract) }
    }

    var required: Set<String> {
        guard value["allOf"] == nil else { return parts.reduce(into: []) { $0.formUnion($1.required) } }
        return Set(value["required"]?.arrayValue?.compactMap(\.stringValue) ?? [])
    }

    /// Whether it has declared fields, and so is a document rather than a value.
    var isDocument: Bool { value["allOf"] != nil || value["properties"] != nil }

    /// Whether it refuses fields that it does not declare.
    var isClosed: Bool { value["additionalProperties"] == .bool(false) }

    var element: ContractSchema? { value["items"].map { ContractSchema($0, in: contract) } }
    var entry: ContractSchema? { value["additionalProperties"].map { ContractSchema($0, in: contract) } }

    /// What kind of value it describes; documents without a name of their own are called "".
    var shape: Shape {
        if isDocument { return .document(name ?? "") }
        if let words = value["enum"]?.arrayValue ?? value["const"].map({ [$0] }) {
            return .words(words.compactMap(\.stringValue).sorted())
        }
        if let choices = value["anyOf"]?.arrayValue {
            return choices.contains { $0["enum"]?.arrayValue?.contains("NaN") ?? false } ? .metric : .anything
        }
        switch value["type"]?.stringValue {
        case "string":
            return value["format"] == "date-time" ? .time : .text
        case "integer": return .integer
        case "number": return .number
        case "boolean": return .flag
        case "array": return .list(element?.shape ?? .anything)
        case "object": return entry.map { .map($0.shape) } ?? .object
        default: return .anything
        }
    }

    /// How large its values may be.
    var limits: Limits {
        func bound(_ name: String) -> Int? { value[name]?.integerValue.map { Int($0) } }
        func range(_ least: Int?, _ most: Int?) -> ClosedRange<Int>? {
            least == nil && most == nil ? nil : (least ?? 0)...(most ?? .max)
        }
        switch value["type"]?.stringValue {
        case "string":
            return range(bound("minLength"), bound("maxLength")).map { .bytes($0) } ?? .none
        case "integer", "number":
            let least = value["minimum"]?.doubleValue
            let most = value["maximum"]?.doubleValue
            return least == nil && most == nil ? .none : .range(least ?? -.infinity, most ?? .infinity)
        case "array":
            let each = element?.limits ?? .none
            let counts = range(bound("minItems"), bound("maxItems"))
            return counts == nil && each == .none ? .none : .elements(counts ?? 0...(.max), each: each)
        case "object":
            let counts = range(bound("minProperties"), bound("maxProperties"))
            let keys = value["propertyNames"].map { ContractSchema($0, in: contract).limits }
            guard counts != nil || keys != nil else { return .none }
            guard case .bytes(let keyByteCounts) = keys else { return .entries(counts ?? 0...(.max), keys: 0...(.max)) }
            return .entries(counts ?? 0...(.max), keys: keyByteCounts)
        default: return .none
        }
    }
}
