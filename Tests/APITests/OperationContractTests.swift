import API
import Foundation
import JSON
import Testing

@Suite("The operations and those of the contract")
struct OperationContractTests {
    private static let promised = Dictionary(
        uniqueKeysWithValues: Contract.written.operations.map { ($0.id, $0) })

    private let contract = Contract.written

    @Test("are the same ones, at the same paths")
    func same() {
        func line(_ id: String, _ method: String, _ path: String) -> String {
            "\(id): \(method) \(path.replacingOccurrences(of: "...}", with: "}"))"
        }
        let known = Set(Operation.all.map { line($0.id, $0.method.rawValue, $0.path) })
        let written = Set(contract.operations.map { line($0.id, $0.method, $0.path) })
        #expect(written.subtracting(known).sorted() == [], "only in openapi.yaml")
        #expect(known.subtracting(written).sorted() == [], "only in Swift")
        #expect(known.count == Operation.all.count)
    }

    @Test("every declared operation is in the list of all")
    func all() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/API/Operations").standardizedFileURL
        var count = 0
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            count += try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                .count { $0.hasPrefix("    package static let ") && $0.hasSuffix(" = Operation(") }
        }
        #expect(count == Operation.all.count)
    }

    @Test("take the same parameters", arguments: Operation.all)
    func parameters(_ operation: API.Operation) throws {
        let there = try #require(Self.promised[operation.id])
        #expect(there.query.subtracting(operation.query).sorted() == [], "only in openapi.yaml")
        #expect(Set(operation.query).subtracting(there.query).sorted() == [], "only in Swift")
        let lists = Operation.queryLists.intersection(operation.query)
        #expect(lists.subtracting(there.queryLists).sorted() == [], "lists only in Swift")
        #expect(there.headers.contains("Idempotency-Key") == operation.isIdempotent)
        let inPath = operation.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { part in
            String(part.dropFirst().dropLast()).replacingOccurrences(of: "...", with: "")
        }
        #expect(there.pathParameters == Set(inPath))
    }

    @Test("take the same bodies", arguments: Operation.all)
    func bodies(_ operation: API.Operation) throws {
        let there = try #require(Self.promised[operation.id])
        let types = Set(there.body.map { $0.keys.sorted() } ?? [])
        func expect(_ document: DocumentType, _ expected: Set<String>, isRequired: Bool) {
            #expect(types == expected)
            #expect(there.isBodyRequired == isRequired)
            #expect(name(there.body?["application/json"]) == document.name)
        }
        switch operation.body {
        case .none: #expect(there.body == nil)
        case .json(let document): expect(document, ["application/json"], isRequired: true)
        case .optionalJSON(let document): expect(document, ["application/json"], isRequired: false)
        case .report(let document):
            expect(document, ["application/json", "application/x-protobuf"], isRequired: true)
        case .file(let taken):
            #expect(there.isBodyRequired)
            if taken.isEmpty { #expect(types.contains("*/*")) } else { #expect(types == Set(taken)) }
        }
    }

    @Test("answer the same", arguments: Operation.all)
    func answers(_ operation: API.Operation) throws {
        let there = try #require(Self.promised[operation.id])
        #expect(there.answers.keys.filter { $0 < 400 }.sorted() == operation.statuses.sorted())
        for status in operation.statuses where status != 204 && status != 304 {
            let content = there.content(status)
            switch operation.answer {
            case .document(let document):
                #expect(content.keys.sorted() == ["application/json"])
                #expect(name(content["application/json"]) == document.name)
            case .histories(let document):
                #expect(
                    content.keys.sorted() == [
                        "application/json", "application/x-ndjson", "application/x-npz", "text/csv",
                    ])
                #expect(name(content["application/json"]) == document.name)
            case .bytes: #expect(content.keys.sorted() == ["*/*"])
            case .events: #expect(content.keys.sorted() == ["application/x-ndjson", "application/x-protobuf"])
            case .rows:
                #expect(
                    content.keys.sorted() == [
                        "application/vnd.apache.parquet", "application/x-ndjson", "application/x-protobuf",
                        "application/x-tar", "text/csv",
                    ])
            case .frames: #expect(content.keys.sorted() == ["text/event-stream"])
            case .webSocket: #expect(content.isEmpty)
            case .text(let type): #expect(content.keys.sorted() == [type])
            case .json: #expect(content.keys.sorted() == ["application/json"])
            }
        }
    }

    @Test("may be refused with what their kind is refused with", arguments: Operation.all)
    func refusals(_ operation: API.Operation) throws {
        let there = try #require(Self.promised[operation.id])
        let refusals = Set(there.answers.keys.filter { $0 >= 400 })
        #expect(Self.refusals(of: operation).subtracting(refusals).sorted() == [], "missing in openapi.yaml")
        for status in refusals {
            #expect(name(there.content(status)["application/json"]) == "Error", "\(status)")
        }
    }

    @Test("ask for a lease alike", arguments: Operation.all)
    func access(_ operation: API.Operation) throws {
        let there = try #require(Self.promised[operation.id])
        let alternatives =
            there.security ?? contract.document["security"]?.arrayValue?.map(Contract.members) ?? []
        // Until there are keys, whoever is no lease holder may ask without one.
        #expect(alternatives.contains { $0.isEmpty } == (operation.access != .lease))
        if operation.access == .lease { #expect(alternatives.map { $0.keys.sorted() } == [["lease"]]) }
    }

    /// What an operation of the kind can be refused with, at least.
    private static func refusals(of operation: API.Operation) -> Set<Int> {
        var statuses: Set<Int> = [400, 403, 405, 414, 429, 431, 500, 503]
        // A page's address may carry whatever its readers' tools add.
        if case .text("text/html") = operation.answer {} else { statuses.insert(422) }
        if case .webSocket = operation.answer { statuses.insert(426) }
        if operation.path.contains("{") { statuses.insert(404) }
        if !operation.isRead, operation.path != API.Operation.rebuildReadModels.path {
            statuses.formUnion([408, 409, 413, 507])
        }
        switch operation.body {
        case .none: break
        case .json, .optionalJSON, .report: statuses.insert(415)
        case .file(let types): statuses.formUnion(types.isEmpty ? [411] : [411, 415])
        }
        if operation.statuses.contains(206) { statuses.insert(416) }
        return statuses
    }

    private func name(_ schema: JSONValue?) -> String? { schema.flatMap { contract.resolved($0).name } }
}

extension API.Operation: CustomTestStringConvertible {
    public var testDescription: String { id }
}
