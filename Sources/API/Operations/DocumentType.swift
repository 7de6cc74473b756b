/// A document as operations and fields name it: its schema and its fields.
package struct DocumentType: Sendable, Equatable {
    package typealias Entry = (name: String, shape: Shape, isRequired: Bool, limits: Limits)

    package let name: String
    private let table: @Sendable () -> [Entry]

    package init<D: Document>(_ type: D.Type) {
        name = type.name
        table = { type.fields.map { ($0.name, $0.shape, $0.isRequired, $0.limits) } }
    }

    package var fields: [Entry] { table() }

    /// Each name belongs to one document.
    package static func == (left: DocumentType, right: DocumentType) -> Bool { left.name == right.name }

    /// All there are: those that operations take and answer, and those inside them.
    package static let all: [DocumentType] = {
        // These are answered by lines, sent beside a file, and answered to every refusal.
        var found = [DocumentType(EventInfo.self), DocumentType(CheckpointUpload.self), DocumentType(ErrorInfo.self)]
        for operation in Operation.all {
            switch operation.answer {
            case .document(let type), .histories(let type): found.append(type)
            default: break
            }
            switch operation.body {
            case .json(let type), .optionalJSON(let type), .report(let type): found.append(type)
            case .none, .file: break
            }
        }
        var all: [DocumentType] = []
        while let type = found.popLast() {
            guard !all.contains(type) else { continue }
            all.append(type)
            found += type.fields.compactMap { $0.shape.document }
        }
        return all.sorted { $0.name < $1.name }
    }()
}

extension Shape {
    /// The document that values of the shape are, or hold.
    fileprivate var document: DocumentType? {
        switch self {
        case .document(_, let type): type
        case .list(let element), .map(let element): element.document
        default: nil
        }
    }
}
