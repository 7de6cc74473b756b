import Foundation
import JSON
import Yams

/// The contract as it is written: `schemas/rest/openapi.yaml`.
struct Contract {
    /// Read once for all tests; a contract that cannot be read ends them.
    static let written = try! Contract()

    let document: JSONValue

    private init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../schemas/rest/openapi.yaml").standardizedFileURL
        document = Self.json(try Yams.load(yaml: String(contentsOf: file, encoding: .utf8)))
    }

    /// The schemas by their names.
    var schemas: [String: JSONValue] { Self.members(document["components"]?["schemas"]) }

    /// The operations, in the order of their paths.
    var operations: [ContractOperation] {
        let methods: Set<String> = ["get", "put", "post", "patch", "delete"]
        return Self.members(document["paths"]).sorted { $0.key < $1.key }.flatMap { path, item in
            let shared = item["parameters"]?.arrayValue ?? []
            return Self.members(item).filter { methods.contains($0.key) }.map { method, operation in
                ContractOperation(method, path, operation, shared: shared, in: self)
            }
        }
    }

    /// What a reference leads to, with the name of what it leads to last; other values as they are.
    func resolved(_ value: JSONValue) -> (name: String?, value: JSONValue) {
        var name: String?
        var value = value
        while let reference = value["$ref"]?.stringValue {
            let parts = reference.split(separator: "/").dropFirst()
            name = parts.last.map(String.init)
            value = parts.reduce(document) { part, key in part[String(key)] ?? .null }
        }
        return (name, value)
    }

    static func members(_ value: JSONValue?) -> [String: JSONValue] {
        guard let object = value?.objectValue else { return [:] }
        return Dictionary(uniqueKeysWithValues: object.map { ($0.key, $0.value) })
    }

    private static func json(_ value: Any?) -> JSONValue {
        switch value {
        case let flag as Bool: .bool(flag)
        case let number as Int: .integer(Int64(number))
        case let number as Double: .number(number)
        case let text as String: .string(text)
        case let list as [Any]: .array(list.map { json($0) })
        case let map as [String: Any]:
            .object(JSONObject(uniqueKeysWithValues: map.sorted { $0.key < $1.key }.map { ($0.key, json($0.value)) }))
        default: .null
        }
    }
}

/// One operation of the contract.
struct ContractOperation {
    let id: String
    let method: String
    let path: String
    let pathParameters: Set<String>
    let query: Set<String>
    /// The parameters of the query that are lists.
    let queryLists: Set<String>
    let headers: Set<String>
    /// Its body's schemas by media type; nil without a body.
    let body: [String: JSONValue]?
    let isBodyRequired: Bool
    /// Its answers by status, references resolved.
    let answers: [Int: JSONValue]
    /// The schemes that a request must satisfy one of; nil when it says nothing.
    let security: [[String: JSONValue]]?

    init(_ method: String, _ path: String, _ operation: JSONValue, shared: [JSONValue], in contract: Contract) {
        id = operation["operationId"]?.stringValue ?? "\(method) \(path)"
        self.method = method.uppercased()
        self.path = path
        let parameters = (shared + (operation["parameters"]?.arrayValue ?? [])).map { contract.resolved($0).value }
        func names(_ place: String) -> Set<String> {
            Set(parameters.filter { $0["in"] == .string(place) }.compactMap { $0["name"]?.stringValue })
        }
        pathParameters = names("path")
        query = names("query")
        queryLists = query.intersection(
            parameters.filter { contract.resolved($0["schema"] ?? .null).value["type"] == "array" }
                .compactMap { $0["name"]?.stringValue })
        headers = names("header")
        let body = operation["requestBody"].map { contract.resolved($0).value }
        self.body = body.map { Contract.members($0["content"]).mapValues { $0["schema"] ?? .null } }
        isBodyRequired = body?["required"]?.boolValue ?? false
        answers = Dictionary(
            uniqueKeysWithValues: Contract.members(operation["responses"]).compactMap { status, answer in
                Int(status).map { ($0, contract.resolved(answer).value) }
            })
        security = operation["security"]?.arrayValue?.map(Contract.members)
    }

    /// The schemas of an answer by media type.
    func content(_ status: Int) -> [String: JSONValue] {
        Contract.members(answers[status]?["content"]).mapValues { $0["schema"] ?? .null }
    }
}
