import LMDB
import Tracking

/// Changes a log that nobody has open behind its back.
enum LogSurgery {
    /// Makes the log in `folder` look as if a release that does not know the index of the categories had written what
    /// stands after `position`, the last one of an append.
    static func forgetCategories(in folder: String, after position: LogPosition = .start) throws {
        try withLog(in: folder) { environment, categories in
            let meta = try environment.database("meta")
            try environment.write { (transaction) throws(LMDBError) in
                for (key, _) in try transaction.entries(in: categories) {
                    let first = key.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                    if first > position.rawValue { try transaction.delete(key, in: categories) }
                }
                let bytes = withUnsafeBytes(of: position.rawValue.bigEndian) { Array($0) }
                try transaction.put(bytes, for: Array("categorized".utf8), in: meta)
                if position == .start { try transaction.delete(Array("categorized".utf8), in: meta) }
            }
        }
    }

    /// Deletes and puts entries of the index of the categories.
    static func changeCategories(
        in folder: String, deleting keys: [[UInt8]] = [], putting entries: [[UInt8]: [UInt8]] = [:]
    ) throws {
        try withLog(in: folder) { environment, categories in
            try environment.write { (transaction) throws(LMDBError) in
                for key in keys { try transaction.delete(key, in: categories) }
                for (key, value) in entries { try transaction.put(value, for: key, in: categories) }
            }
        }
    }

    private static func withLog(in folder: String, _ body: (Environment, Database) throws -> Void) throws {
        try withEnvironment(in: folder) { try body($0, try $0.database("categories")) }
    }

    static func withEnvironment(in folder: String, _ body: (Environment) throws -> Void) throws {
        var options = EnvironmentOptions()
        options.mapByteCount = 1 << 30
        let environment = try Environment(path: folder + "/log", options: options)
        defer { environment.close() }
        try body(environment)
    }
}
