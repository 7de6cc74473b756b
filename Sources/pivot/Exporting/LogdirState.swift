import Foundation
import JSON
import Text
import TrackingClient

/// What a logdir has of which session, in a file in it: whoever goes on with it cuts each event file to the length that stands here
/// and adds what came after the position, so that no point is missing or there twice, wherever the last export ended.
///
/// ```json
/// {"format": "pivot.logdir", "version": 1, "server": "http://127.0.0.1:8000",
///  "options": {"attempts": "current", "metrics": ["*"], "scalars": "double"},
///  "sessions": [{"id": "sess_…", "folder": "…", "position": 120, "ended": false, "files": {"events.out.tfevents.…": 4711},
///                "checkpoints": ["ckpt_…"], "artifacts": ["images/a/1.png@1"]}]}
/// ```
struct LogdirState {
    struct Entry {
        var id: String
        /// Within the logdir.
        var folder: String
        /// Everything up to here is in the files.
        var position: UInt64 = 0
        /// True when the run's end has been told.
        var isEnded = false
        /// The length of each file, by its path within the folder.
        var files: [String: Int64] = [:]
        var checkpoints: Set<String> = []
        /// Paths and versions.
        var artifacts: Set<String> = []
    }

    static let fileName = ".pivot-export.json"
    private static let format = "pivot.logdir"

    var server: String
    var options: JSONObject
    var entries: [Entry] = []

    init(server: String, options: JSONObject) {
        self.server = server
        self.options = options
    }

    /// The state of the logdir at `path`; nil when it has none.
    init?(logdir path: String) throws {
        let file = path + "/" + Self.fileName
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        let unreadable = CommandFailure(
            .failed, "\(file) is not what an export of this version wrote. Export to another folder.")
        let document: JSONValue
        do {
            document = try JSONValue.parse(Array(try Data(contentsOf: URL(fileURLWithPath: file))))
        } catch {
            throw unreadable
        }
        guard document["format"]?.stringValue == Self.format, document["version"] == 1,
            let server = document["server"]?.stringValue, let options = document["options"]?.objectValue,
            let sessions = document["sessions"]?.arrayValue
        else { throw unreadable }
        self.init(server: server, options: options)
        for session in sessions {
            guard let entry = Entry(session) else { throw unreadable }
            entries.append(entry)
        }
    }

    /// Returns when the state is on disk in the logdir.
    func save(in logdir: String) throws {
        let document: JSONValue = [
            "format": .string(Self.format), "version": 1, "server": .string(server), "options": .object(options),
            "sessions": .array(entries.map(\.json)),
        ]
        var file = try OutputFile(logdir + "/" + Self.fileName)
        try file.write(document.encoded() + [UInt8(ascii: "\n")])
        try file.finish()
    }
}

extension LogdirState.Entry {
    fileprivate init?(_ json: JSONValue) {
        guard let id = json["id"]?.stringValue, let folder = json["folder"]?.stringValue,
            let position = json["position"]?.integerValue, let isEnded = json["ended"]?.boolValue,
            let files = json["files"]?.objectValue, position >= 0
        else { return nil }
        self.init(id: id, folder: folder, position: UInt64(position), isEnded: isEnded)
        for (path, length) in files {
            guard let length = length.integerValue else { return nil }
            self.files[path] = length
        }
        checkpoints = Set((json["checkpoints"]?.arrayValue ?? []).compactMap(\.stringValue))
        artifacts = Set((json["artifacts"]?.arrayValue ?? []).compactMap(\.stringValue))
    }

    fileprivate var json: JSONValue {
        [
            "id": .string(id), "folder": .string(folder), "position": .count(position), "ended": .bool(isEnded),
            "files": .object(
                JSONObject(uniqueKeysWithValues: files.sorted { $0.key < $1.key }.map { ($0, .integer($1)) })),
            "checkpoints": .array(checkpoints.sorted().map { .string($0) }),
            "artifacts": .array(artifacts.sorted().map { .string($0) }),
        ]
    }
}
