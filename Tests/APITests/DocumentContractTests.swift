import API
import JSON
import Testing

@Suite("The documents and the schemas of the contract")
struct DocumentContractTests {
    private let contract = Contract.written
    private let comparison = ContractComparison(.written)

    /// Schemas of what is no document: records with free keys, frames, bytes.
    private static let others: Set<String> = [
        "MetricRecord", "Frame", "ConnectionFrame", "EpochFrame", "MetricsFrame", "FrameSeries", "CheckpointFrame",
        "StatusFrame", "LogFrame", "HostFrame", "AlertFrame", "NotificationFrame",
        "CompletionFrame", "ErrorFrame", "HeartbeatFrame",
    ]

    @Test("have the same fields, of the same kinds and within the same limits")
    func fields() {
        var requests: Set<String> = []
        for operation in Operation.all {
            switch operation.body {
            case .json(let type), .optionalJSON(let type), .report(let type): collect(type.name, into: &requests)
            case .none, .file: break
            }
        }
        var compared = 0
        for (name, document) in comparison.documents.sorted(by: { $0.key < $1.key }) {
            guard contract.schemas[name] != nil else { continue }
            compared += 1
            let schema = ContractSchema(["$ref": .string("#/components/schemas/\(name)")], in: contract)
            let differences = comparison.differences(
                document, schema, isRequest: requests.contains(name), at: name)
            #expect(differences == [], "\(name)")
        }
        #expect(compared > 40)
    }

    @Test("are the same ones")
    func names() {
        let promised = Set(
            contract.schemas.keys.filter {
                ContractSchema(["$ref": .string("#/components/schemas/\($0)")], in: contract).isDocument
            })
        let known = Set(comparison.documents.keys)
        #expect(promised.subtracting(known).subtracting(Self.others).sorted() == [], "only in openapi.yaml")
        // A document inside another needs no name in the contract.
        var inner: Set<String> = []
        for document in DocumentType.all {
            for field in document.fields { inner.formUnion(Self.documents(in: field.shape)) }
        }
        #expect(known.subtracting(promised).subtracting(inner).sorted() == [], "only in Swift")
        #expect(inner.subtracting(known).subtracting(Self.others).sorted() == [], "missing in DocumentType.all")
    }

    @Test("each have a name of their own")
    func uniqueNames() {
        #expect(comparison.documents.count == DocumentType.all.count)
        for document in DocumentType.all {
            #expect(Set(document.fields.map(\.name)).count == document.fields.count, "\(document.name)")
        }
    }

    @Test("an epoch's record has its epoch, its time and nothing but metrics")
    func epochRecord() {
        let schema = ContractSchema(["$ref": "#/components/schemas/MetricRecord"], in: contract)
        #expect(Set(schema.fields.keys) == ["epoch", "timestamp"])
        #expect(schema.required == ["epoch", "timestamp"])
        #expect(schema.entry?.shape == .metric)
    }

    /// Adds the document of that name and those inside it.
    private func collect(_ name: String, into names: inout Set<String>) {
        guard names.insert(name).inserted, let document = comparison.documents[name] else { return }
        for field in document.fields { for inner in Self.documents(in: field.shape) { collect(inner, into: &names) } }
    }

    private static func documents(in shape: Shape) -> [String] {
        switch shape {
        case .document(let name, _): [name]
        case .list(let element): documents(in: element)
        case .map(let entry): documents(in: entry)
        case .text, .integer, .number, .flag, .time, .metric, .words, .anything, .object: []
        }
    }
}
