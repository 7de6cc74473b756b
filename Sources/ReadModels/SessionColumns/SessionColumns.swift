import LMDB
import Tracking

/// The cells that a session's document fills.
enum SessionColumns {
    /// Calls `put` with every cell that differs between two versions of a document; an empty one goes. Nil is a session that is
    /// not there, or not any more.
    ///
    /// - Parameter parts: The parts that differ.
    static func changes(
        from old: SessionDocument?, to new: SessionDocument?, in parts: [SessionPart],
        _ put: (SessionColumnKey, [UInt8]) throws(LMDBError) -> Void
    ) throws(LMDBError) {
        for column in SessionColumnKey.Plain.allCases where column != .text && parts.contains(column.part) {
            let later = new.map { cell(.plain(column), of: $0) } ?? []
            if old.map({ cell(.plain(column), of: $0) != later }) ?? true { try put(.plain(column), later) }
        }
        try changes(from: old?.params ?? [], to: new?.params ?? [], { .parameter($0) }, put)
        try changes(
            from: old?.configurationValues ?? [], to: new?.configurationValues ?? [], { .configuration($0) }, put)
        try changes(from: old?.finalMetrics ?? [], to: new?.finalMetrics ?? [], { .final($0) }, put)
        try changes(from: old?.results ?? [], to: new?.results ?? [], { .result($0) }, put)
        if old.map({ ($0.name, $0.notes) }) ?? ("", "") != new.map({ ($0.name, $0.notes) }) ?? ("", "")
            || old?.tags != new?.tags
        {
            try put(.plain(.text), new.map { cell(.plain(.text), of: $0) } ?? [])
        }
    }

    /// The cell that a session has in a column, which is none of a metric; empty when it has none.
    ///
    /// - Parameter session: Of the document, the column's part is enough.
    static func cell(_ column: SessionColumnKey, of session: SessionDocument) -> [UInt8] {
        switch column.content {
        case .plain(.updatedAt): Cell.bytes(of: [.time(session.updatedAt)])
        case .plain(.text): Cell.bytes(ofText: session.searchedText)
        case .plain(.awaitsVerdict): session.awaitsVerdict ? Cell.bytes(of: [.flag(true)]) : []
        case .plain(let column): column.field.map { Cell.bytes(of: session.values(of: $0, [:])) } ?? []
        case .parameter(let name): cell(name, among: session.params)
        case .configuration(let name): cell(name, among: session.configurationValues)
        case .result(let name): cell(name, among: session.results)
        case .final(let name): cell(name, among: session.finalMetrics)
        case .metric, .changes: []
        }
    }

    private static func cell(_ name: String, among values: [some NamedValue]) -> [UInt8] {
        // Columns know names by their bytes.
        let value = values.last { $0.name.utf8.elementsEqual(name.utf8) }
        return Cell.bytes(of: value?.literal.map { [$0] } ?? [])
    }

    private static func changes<Value: NamedValue & Equatable>(
        from old: [Value], to new: [Value], _ column: (String) -> SessionColumnKey,
        _ put: (SessionColumnKey, [UInt8]) throws(LMDBError) -> Void
    ) throws(LMDBError) {
        guard old != new else { return }
        func cells(_ values: [Value]) -> [String: [UInt8]] {
            // Of several with one name the last counts.
            values.reduce(into: [:]) { $0[$1.name] = Cell.bytes(of: $1.literal.map { [$0] } ?? []) }
        }
        let (earlier, later) = (cells(old), cells(new))
        for (name, cell) in later where earlier[name] != cell { try put(column(name), cell) }
        for name in earlier.keys where later[name] == nil { try put(column(name), []) }
    }
}

/// A value with a name, as documents list them.
private protocol NamedValue {
    var name: String { get }
    var literal: SessionCondition.Literal? { get }
}

extension Parameter: NamedValue {}

extension Metric: NamedValue {
    fileprivate var literal: SessionCondition.Literal? { .number(value) }
}

extension ResultRecord: NamedValue {
    fileprivate var literal: SessionCondition.Literal? { .number(value) }
}

extension SessionDocument {
    /// The text that a search looks through: each part as `SearchText`, a NUL between them.
    fileprivate var searchedText: [UInt8] {
        Array(([name, notes] + tags).map { SearchText($0).bytes }.joined(separator: [0]))
    }

    /// True for a reproduction that has ended and on which there is no verdict yet.
    var awaitsVerdict: Bool {
        hasReproduction && !reproductionReported && Session.Status(rawValue: status)?.isFinished ?? false
    }
}
