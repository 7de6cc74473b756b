import Foundation
import JSON
import Tracking

/// The first file of a session's archive: what it is, where it comes from, and every other file with its size and digest.
///
/// ```json
/// {"format": "pivot.session", "version": 1, "session_id": "sess_…", "session_name": "…", "status": "completed",
///  "source": {"url": "http://127.0.0.1:8000", "version": "1.0.0", "position": 1201}, "exported_at": "2026-01-31T12:00:00.000000Z",
///  "content_digest": "sha256:…",
///  "streams": [{"name": "session", "path": "events/session.pb", "events": 24, "digest": "sha256:…"}, …],
///  "files": [{"path": "events/session.pb", "size_bytes": 4711, "digest": "sha256:…"}, …]}
/// ```
///
/// The digests of files are SHA-256 of their bytes; those of streams, and the one of the content, are those of
/// `StreamContent`: the same on every server that has the session.
struct ArchiveManifest {
    struct File: Equatable {
        var path: String
        var byteCount: Int64
        var digest: Digest
    }

    struct Stream: Equatable {
        var name: String
        var path: String
        var eventCount: Int
        var digest: Digest
    }

    static let path = "manifest.json"
    static let sessionEvents = "events/session.pb"
    static let telemetryEvents = "events/telemetry.pb"
    private static let format = "pivot.session"
    private static let version = 1

    var session: String
    var name: String
    var status: String
    var sourceAddress: String
    var sourceVersion: String
    var position: UInt64
    var exportedAt: Timestamp
    var contentDigest: Digest
    var streams: [Stream] = []
    var files: [File] = []

    /// The digest of the file at `path`; nil when there is none.
    func digest(of path: String) -> Digest? { files.first { $0.path == path }?.digest }

    var byteCount: Int64 { files.reduce(0) { $0 + $1.byteCount } }

    /// The file's bytes.
    var bytes: [UInt8] {
        let document: JSONValue = [
            "format": .string(Self.format), "version": .count(Self.version), "session_id": .string(session),
            "session_name": .string(name), "status": .string(status),
            "source": [
                "url": .string(sourceAddress), "version": .string(sourceVersion), "position": .count(position),
            ],
            "exported_at": .string(exportedAt.description), "content_digest": .string(contentDigest.description),
            "streams": .array(
                streams.map { stream in
                    [
                        "name": .string(stream.name), "path": .string(stream.path),
                        "events": .count(stream.eventCount), "digest": .string(stream.digest.description),
                    ]
                }),
            "files": .array(
                files.map { file in
                    [
                        "path": .string(file.path), "size_bytes": .integer(file.byteCount),
                        "digest": .string(file.digest.description),
                    ]
                }),
        ]
        return document.encoded() + [UInt8(ascii: "\n")]
    }
}

extension ArchiveManifest {
    /// Reads the file of the archive at `archive`.
    ///
    /// - Throws: `CommandFailure` when it is no manifest of this version.
    init(_ bytes: [UInt8], of archive: String) throws {
        func failure(_ what: String) -> CommandFailure {
            CommandFailure(.failed, "\(archive) is no session's archive that this version can read: \(what).")
        }
        let document: JSONValue
        do {
            document = try JSONValue.parse(bytes)
        } catch {
            throw failure("its \(Self.path) is not JSON, \(error)")
        }
        guard document["format"]?.stringValue == Self.format else {
            throw failure("its \(Self.path) does not say format \(Self.format)")
        }
        guard document["version"]?.integerValue == Int64(Self.version) else {
            throw failure("its \(Self.path) does not say version \(Self.version); use the PIVOT that wrote it")
        }
        guard let session = document["session_id"]?.stringValue, let name = document["session_name"]?.stringValue,
            let status = document["status"]?.stringValue, let address = document["source"]?["url"]?.stringValue,
            let version = document["source"]?["version"]?.stringValue,
            let position = document["source"]?["position"]?.integerValue, position >= 0,
            let time = document["exported_at"]?.stringValue.flatMap({ Timestamp($0) }),
            let content = document["content_digest"]?.stringValue.flatMap({ Digest($0) }),
            let streams = document["streams"]?.arrayValue, let files = document["files"]?.arrayValue
        else { throw failure("its \(Self.path) lacks a field, or has it in another form") }
        self.init(
            session: session, name: name, status: status, sourceAddress: address, sourceVersion: version,
            position: UInt64(position), exportedAt: time, contentDigest: content)
        for stream in streams {
            guard let name = stream["name"]?.stringValue, let path = stream["path"]?.stringValue,
                let count = stream["events"]?.integerValue,
                let digest = stream["digest"]?.stringValue.flatMap({ Digest($0) })
            else { throw failure("its \(Self.path) describes a stream in another form") }
            self.streams.append(Stream(name: name, path: path, eventCount: Int(count), digest: digest))
        }
        for file in files {
            guard let path = file["path"]?.stringValue, let size = file["size_bytes"]?.integerValue, size >= 0,
                let digest = file["digest"]?.stringValue.flatMap({ Digest($0) })
            else { throw failure("its \(Self.path) describes a file in another form") }
            guard ArchivePath.isSafe(path) else { throw failure("'\(path)' is no path within an archive") }
            self.files.append(File(path: path, byteCount: size, digest: digest))
        }
    }
}

/// Paths within an archive.
enum ArchivePath {
    /// True for a relative path whose parts are names.
    static func isSafe(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return !parts.contains { $0.isEmpty || $0 == "." || $0 == ".." } && !path.utf8.contains(0)
    }
}
