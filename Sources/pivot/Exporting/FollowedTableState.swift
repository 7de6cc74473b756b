import Foundation
import JSON
import TrackingClient

/// What a table that is followed has of which session, in a file beside it: whoever goes on with the table cuts it to the
/// length that stands here and adds what came after the positions, so that no row is missing or there twice, wherever the last
/// export ended.
///
/// ```json
/// {"format": "pivot.table", "version": 1, "options": {"format": "csv", "attempts": "current", "metrics": ["*"]},
///  "size_bytes": 4711, "sessions": [{"id": "sess_…", "position": 120}]}
/// ```
struct FollowedTableState {
    struct Entry {
        var id: String
        /// Everything up to here is in the table.
        var position: UInt64
    }

    private static let format = "pivot.table"

    var options: JSONObject
    /// The length of the table up to its last whole row.
    var byteCount: Int64 = 0
    var entries: [Entry] = []

    init(options: JSONObject) { self.options = options }

    /// The path of the state of the table at `path`.
    static func path(of table: String) -> String { table + ".pivot-export.json" }

    /// The state of the table at `path`; nil when it has none.
    init?(of table: String) throws {
        let file = Self.path(of: table)
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        let unreadable = CommandFailure(
            .failed, "\(file) is not what an export of this version wrote. Export to another file.")
        let document: JSONValue
        do {
            document = try JSONValue.parse(Array(try Data(contentsOf: URL(fileURLWithPath: file))))
        } catch {
            throw unreadable
        }
        guard document["format"]?.stringValue == Self.format, document["version"] == 1,
            let options = document["options"]?.objectValue, let byteCount = document["size_bytes"]?.integerValue,
            byteCount >= 0, let sessions = document["sessions"]?.arrayValue
        else { throw unreadable }
        self.init(options: options)
        self.byteCount = byteCount
        for session in sessions {
            guard let id = session["id"]?.stringValue, let position = session["position"]?.integerValue, position >= 0
            else { throw unreadable }
            entries.append(Entry(id: id, position: UInt64(position)))
        }
    }

    /// Returns when the state is on disk beside the table.
    func save(of table: String) throws {
        let document: JSONValue = [
            "format": .string(Self.format), "version": 1, "options": .object(options),
            "size_bytes": .integer(byteCount),
            "sessions": .array(entries.map { ["id": .string($0.id), "position": .count($0.position)] }),
        ]
        var file = try OutputFile(Self.path(of: table))
        try file.write(document.encoded() + [UInt8(ascii: "\n")])
        try file.finish()
    }
}
