import API
import Foundation
import JSON
import Tracking
import TrackingClient

/// Writes a session's archive into a folder: everything that the session is, as of one position of the log.
///
/// ```
/// manifest.json                      sizes and digests of all other files
/// session.json  configuration.json   the document, and the resolved configuration
/// events/session.pb  telemetry.pb    the events as they were recorded: EventRecord messages, each behind its length
/// events/session.jsonl               the lifecycle as lines of JSON
/// metrics.csv  logs.txt              the points that count, and the output, for people and other programs
/// checkpoints/<id>/<file name>
/// artifacts/<path>                   the newest versions
/// versions/<digest>                  older versions, and paths that a file system cannot hold beside each other
/// ```
struct ArchiveWriter {
    private let client: APIClient
    private let folder: String
    private var files: [ArchiveManifest.File] = []
    /// What the names of files and folders are taken by.
    private var takenFiles: Set<String> = []
    private var takenFolders: Set<String> = []

    /// - Parameter folder: A folder that is there, and empty.
    init(_ client: APIClient, folder: String) {
        self.client = client
        self.folder = folder
    }

    /// Writes all files and returns when they are on disk.
    mutating func write(_ session: String) async throws -> ArchiveManifest {
        let health = try await client.health()
        let document = try await client.session(session, asOf: .position(LogPosition(health.position)))
        Console.standard.setStatus("reading the events of \(session)")
        var events = try EventFiles(in: folder)
        for try await item in client.history(of: session) {
            switch item {
            case .interrupted(let error, _): Console.standard.remark(error)
            case .entry(let record) where record.position <= health.position: try events.add(record)
            case .entry: break
            }
        }
        files += try events.finish()
        try put(document.json.encoded(pretty: true) + [UInt8(ascii: "\n")], at: "session.json")
        try put(events.configuration.encoded(pretty: true) + [UInt8(ascii: "\n")], at: "configuration.json")
        try await putLifecycle(of: session, through: health.position)
        try await putMetrics(of: session, asOf: health.position)
        try await download(events.files.all, of: session)
        var manifest = ArchiveManifest(
            session: session, name: document.name, status: document.status.rawValue,
            sourceAddress: client.configuration.address.text, sourceVersion: health.version,
            position: health.position, exportedAt: health.timestamp, contentDigest: events.contentDigest)
        manifest.streams = events.streams
        manifest.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        try put(manifest.bytes, at: ArchiveManifest.path)
        try synchronizeFolders()
        return manifest
    }

    private mutating func put(_ bytes: [UInt8], at path: String) throws {
        var file = try ArchiveFile(folder, path)
        try file.write(bytes)
        files.append(try file.finish())
    }

    /// Writes the lifecycle as lines of JSON.
    private mutating func putLifecycle(of session: String, through position: UInt64) async throws {
        var file = try ArchiveFile(folder, "events/session.jsonl")
        for try await item in client.events(session: session, limit: 1_000_000_000) {
            guard case .entry(let record) = item, record.position <= position else { continue }
            try file.write(record.encoded() + [UInt8(ascii: "\n")])
        }
        files.append(try file.finish())
    }

    /// Writes the points that count.
    private mutating func putMetrics(of session: String, asOf position: UInt64) async throws {
        var query = ExportQuery(format: "csv")
        query.asOf = .position(LogPosition(position))
        var bytes = try await client.export(session, query)
        var file = try ArchiveFile(folder, "metrics.csv")
        while let piece = try await bytes.next() { try file.write(piece) }
        files.append(try file.finish())
    }

    private mutating func download(_ all: [SessionFiles.File], of session: String) async throws {
        let total = all.reduce(0) { $0 + $1.byteCount }
        let meter = TransferMeter(session)
        defer { meter.finish() }
        var done: Int64 = 0
        var known: Set<Digest> = []
        for file in all {
            let path = take(file)
            // Equal bytes are needed once; a name that people look for is written all the same.
            guard known.insert(file.digest).inserted || !path.hasPrefix("versions/") else { continue }
            let target = folder + "/" + path
            try FileManager.default.createDirectory(
                atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try await client.download(file, of: session, to: target) { [done] progress in
                meter.update(
                    TransferProgress(byteCount: done + progress.byteCount, totalByteCount: max(total, 1)))
            }
            done += file.byteCount
            files.append(ArchiveManifest.File(path: path, byteCount: file.byteCount, digest: file.digest))
        }
    }

    /// The path of a file, which no other has.
    private mutating func take(_ file: SessionFiles.File) -> String {
        let wanted: String
        switch file.kind {
        case .checkpoint(let id, let name): wanted = "checkpoints/\(id)/\(name)"
        case .artifact(let path, _, let isCurrent): wanted = isCurrent ? "artifacts/" + path : ""
        }
        let parts = wanted.split(separator: "/")
        let parents = parts.indices.dropFirst().map { parts[..<$0].joined(separator: "/") }
        guard !wanted.isEmpty, ArchivePath.isSafe(wanted), !takenFiles.contains(wanted),
            !takenFolders.contains(wanted), !parents.contains(where: takenFiles.contains),
            // A download in progress has a longer name.
            parts.allSatisfy({ $0.utf8.count <= 230 }), wanted.utf8.count <= 2048
        else { return "versions/" + file.digest.hex }
        takenFiles.insert(wanted)
        takenFolders.formUnion(parents)
        return wanted
    }

    private func synchronizeFolders() throws {
        var folders: Set<String> = [folder]
        for path in FileManager.default.subpaths(atPath: folder) ?? [] {
            folders.insert((folder + "/" + path as NSString).deletingLastPathComponent)
        }
        for folder in folders { try LocalFile(folder, flags: O_DIRECTORY).synchronize() }
    }
}
