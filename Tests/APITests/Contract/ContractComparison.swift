import API

/// Finds where the documents in Swift and the schemas of the contract say different things.
struct ContractComparison {
    let contract: Contract
    /// The documents in Swift by the names of their schemas.
    let documents: [String: DocumentType]

    init(_ contract: Contract) {
        self.contract = contract
        documents = Dictionary(DocumentType.all.map { ($0.name, $0) }) { first, _ in first }
    }

    /// What differs between a document and its schema, each with the place where it does.
    ///
    /// - Parameter isRequest: Whether the server reads the document. It then refuses what the contract does not name, and
    ///   the limits must be the same; of an answer the contract may promise more than its readers check.
    func differences(_ document: DocumentType, _ schema: ContractSchema, isRequest: Bool, at place: String) -> [String]
    {
        var found: [String] = []
        let promised = schema.fields
        // A file is a part of its form and no field of the document.
        let isForm = promised["file"] != nil
        let names = Set(document.fields.map(\.name))
        for name in promised.keys.sorted() where !names.contains(name) && !(isForm && name == "file") {
            found.append("\(place).\(name) stands only in openapi.yaml")
        }
        if isRequest, !isForm, !schema.isClosed {
            found.append("\(place) lacks additionalProperties: false in openapi.yaml, since unknown fields are refused")
        }
        for field in document.fields {
            let place = "\(place).\(field.name)"
            guard let there = promised[field.name] else {
                found.append("\(place) stands only in Swift")
                continue
            }
            if schema.required.contains(field.name) != field.isRequired {
                found.append(
                    "\(place) is \(field.isRequired ? "required only in Swift" : "required only in openapi.yaml")")
            }
            found += differences(field.shape, there, isRequest: isRequest, isForm: isForm, at: place)
            if isRequest, !isForm, there.limits != field.limits {
                found.append("\(place) is limited by \(there.limits) in openapi.yaml, by \(field.limits) in Swift")
            }
        }
        return found
    }

    private func differences(
        _ shape: Shape, _ schema: ContractSchema, isRequest: Bool, isForm: Bool, at place: String
    ) -> [String] {
        switch shape {
        case .document(let name, _):
            guard schema.isDocument else { break }
            if let other = schema.name, other != name {
                return ["\(place) is \(other) in openapi.yaml, \(name) in Swift"]
            }
            // One with a name is compared on its own.
            guard schema.name == nil, let document = documents[name] else { return [] }
            return differences(document, schema, isRequest: isRequest, at: place)
        case .list(let element):
            // In a form a list is a text with commas.
            if isForm, schema.shape == .text { return [] }
            guard case .list = schema.shape, let there = schema.element else { break }
            return differences(element, there, isRequest: isRequest, isForm: isForm, at: place + "[]")
        case .map(let entry):
            guard case .map = schema.shape, let there = schema.entry else { break }
            // An answer may promise that its metrics are finite.
            if !isRequest, entry == .metric, there.shape == .number { return [] }
            return differences(entry, there, isRequest: isRequest, isForm: isForm, at: place + ".*")
        case .words(let words):
            guard schema.shape != .words(words.sorted()) else { return [] }
        case .object:
            // An answer may promise what its objects hold.
            guard isRequest || !schema.isDocument, schema.shape != shape else { return [] }
        case .text, .integer, .number, .flag, .time, .metric, .anything:
            guard schema.shape != shape else { return [] }
        }
        return ["\(place) is \(schema.shape) in openapi.yaml, \(shape) in Swift"]
    }
}
