import HTTPTypes
import JSON
import Synchronization
import Yams

/// The API's contract as JSON, read from its YAML when it is asked for first.
final class Contract: Sendable {
    private let files: ProjectFiles
    private let cached = Mutex<[UInt8]?>(nil)

    init(files: ProjectFiles) { self.files = files }

    /// The contract.
    ///
    /// - Throws: 404 when the server runs without the project's files.
    func json() throws -> [UInt8] {
        if let bytes = cached.withLock({ $0 }) { return bytes }
        guard let text = files.contract() else {
            throw APIError(
                .notFound, code: "not_found",
                message: "The contract schemas/rest/openapi.yaml is not there. Set PIVOT_HOME to the project's folder.")
        }
        guard let node = try Yams.compose(yaml: text) else {
            throw APIError.storageFailure("The contract schemas/rest/openapi.yaml is empty.")
        }
        let bytes = Self.value(node).encoded()
        cached.withLock { $0 = bytes }
        return bytes
    }

    private static func value(_ node: Node) -> JSONValue {
        switch node {
        case .mapping(let mapping):
            var object = JSONObject()
            for (key, value) in mapping { object[key.string ?? ""] = self.value(value) }
            return .object(object)
        case .sequence(let sequence): return .array(sequence.map { value($0) })
        case .scalar(let scalar):
            guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
            if node.null != nil { return .null }
            if let flag = node.bool { return .bool(flag) }
            if let integer = node.int { return .integer(Int64(integer)) }
            if let number = node.float { return .number(number) }
            return .string(scalar.string)
        case .alias: return .null
        }
    }
}
