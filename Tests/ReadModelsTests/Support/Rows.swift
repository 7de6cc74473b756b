import Foundation
import LMDB

/// Every key and value of the read models in a folder, table by table.
///
/// They are read past the read models, which must be closed: what they leave out of their digest is compared too.
struct Rows: Equatable {
    struct Row: Equatable {
        var key: [UInt8]
        var value: [UInt8]
    }

    private static let names = ["meta", "documents", "indexes", "epochs", "lines", "series", "points"]

    private(set) var tables: [String: [Row]] = [:]

    /// The rows of the only version in the folder at `path`.
    init(in path: String) throws {
        let versions = try FileManager.default.contentsOfDirectory(atPath: path)
        guard versions.count == 1 else { throw Unexpected(names: versions) }
        let environment = try Environment(path: path + "/" + versions[0])
        defer { environment.close() }
        for name in Self.names {
            let database = try environment.database(name)
            var rows: [Row] = []
            try environment.read { (transaction) throws(LMDBError) in
                try transaction.forEach(in: database) { (entry) throws(LMDBError) in
                    rows.append(Row(key: Array(entry.key), value: Array(entry.value)))
                    return .next
                }
            }
            tables[name] = rows
        }
    }

    /// The tables that are not the same in `other`.
    func differences(from other: Rows) -> [String] { Self.names.filter { tables[$0] != other.tables[$0] } }

    /// The tables that have no rows.
    var emptyTables: [String] { Self.names.filter { tables[$0]?.isEmpty ?? true } }

    struct Unexpected: Error {
        var names: [String]
    }
}
