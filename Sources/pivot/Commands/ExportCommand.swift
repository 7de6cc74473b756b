package import ArgumentParser
import ExportFormats
import Foundation
import JSON
import Tracking
import TrackingClient

/// `pivot export`
package struct ExportCommand: AsyncParsableCommand {
    /// What is written.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case tensorboard, csv, jsonl, parquet, sessions, session
    }

    /// How scalars stand in TensorBoard's files.
    enum Scalars: String, CaseIterable, ExpressibleByArgument {
        case double, float
    }

    package static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write points and sessions to files that other tools read.",
        discussion: """
            tensorboard writes a logdir: a folder of runs, one for each session. csv, jsonl and parquet write all points \
            of the sessions into one file, a row for each; with --wide a row for each step or epoch and a column for \
            each metric. sessions writes one table of the sessions themselves, with their parameters and final metrics; \
            the ending of --output says in which format. session writes all there is of one session, with its events, \
            checkpoints and artifacts, into a folder or a .tar that `import session` takes over on another server.

            All points are exported, and exactly; but TensorBoard keeps 32 bits of a scalar. With --scalars double a \
            logdir has all 64, for tensorboard --load_fast=false and programs that read tensors. What is written has its name only when it is complete. With \
            --follow a logdir, or a table of csv or jsonl, is kept up with the log until Ctrl-C; run again, the command \
            goes on where it was. Rows of such a table are only added: what a later attempt does again stays, and the \
            column attempt tells them apart.

            Examples:
              pivot export csv sess_7h2kq9d4 --output points.csv
              pivot export parquet --filter 'experiment = "lidc"' --metrics 'val_*' --output points.parquet
              pivot export tensorboard @latest --output logs --follow
              pivot export sessions --filter 'status = completed' --output sessions.csv
              pivot export csv sess_7h2kq9d4 --as-of 2026-01-31T12:00:00Z --output points.csv
              pivot export session @latest --output digits.tar
            """)

    @Argument(help: "tensorboard, csv, jsonl, parquet, sessions or session.")
    var format: Format
    @OptionGroup var selection: SessionSelection
    @Option(name: .shortAndLong, help: "The file to write; for tensorboard the folder, for session a folder or a .tar.")
    var output: String
    @OptionGroup var choice: PointChoice
    @Flag(help: "In tables of points: a row for each step or epoch, and a column for each metric.")
    var wide = false
    @Option(
        help: "In a logdir: the 32 bits that TensorBoard keeps, or all 64, which only its slow loader reads.")
    var scalars = Scalars.float
    @Flag(help: "Keep a logdir, or a table of csv or jsonl, up with the log, until Ctrl-C.")
    var follow = false
    @Flag(help: "Replace what was exported there before.")
    var force = false
    @OptionGroup var past: PastOption
    @OptionGroup var server: ServerOptions
    @Flag(help: "Print a JSON document about what was written instead of a sentence.")
    var json = false

    package init() {}

    package func validate() throws {
        if follow, wide || ![.tensorboard, .csv, .jsonl].contains(format) {
            throw ValidationError("--follow is for tensorboard, and for csv and jsonl without --wide.")
        }
        if scalars != .float, format != .tensorboard { throw ValidationError("--scalars is for tensorboard.") }
        if wide, ![.csv, .jsonl, .parquet].contains(format) {
            throw ValidationError("--wide is for csv, jsonl and parquet.")
        }
        if format == .sessions || format == .session, !choice.patterns.isEmpty || choice.attempts == .all {
            throw ValidationError("--metrics and --attempts are for points; \(format.rawValue) takes neither.")
        }
        if format == .sessions, sessionsFormat == nil {
            throw ValidationError("--output must end with .csv, .jsonl or .parquet, not '\(output)'.")
        }
        if past.moment != nil, follow || format == .tensorboard || format == .session {
            throw ValidationError("--as-of is for csv, jsonl, parquet and sessions, without --follow.")
        }
        if follow, force { throw ValidationError("--follow goes on with what is there; --force would replace it.") }
    }

    package func run() async throws {
        try await server.withClient { client in
            let ids = try await selection.ids(client, asOf: past.moment)
            guard !ids.isEmpty else { throw CommandFailure(.notFound, "No session matches the filter.") }
            switch format {
            case .tensorboard: try await writeLogdir(client, ids)
            case .sessions: try await writeSessions(client, ids)
            case .session: try await writeArchive(client, ids)
            case .csv, .jsonl, .parquet: try await writePoints(client, ids)
            }
        }
    }

    private var sessionsFormat: TableFormat? {
        TableFormat(rawValue: (output as NSString).pathExtension.lowercased())
    }

    private func writePoints(_ client: APIClient, _ ids: [String]) async throws {
        guard let table = TableFormat(rawValue: format.rawValue) else { return }
        let path = try DownloadTarget.path(
            output: output, name: "points." + table.rawValue, mayReplace: force || follow)
        guard !follow else { return try await followPoints(client, ids, path, table) }
        try await write(path, ids) { file, meter in
            try await PointTableExport(
                client: client, format: table, choice: choice, isWide: wide, asOf: past.moment
            )
            .write(ids, to: &file, &meter)
        }
    }

    private func followPoints(
        _ client: APIClient, _ ids: [String], _ path: String, _ format: TableFormat
    ) async throws {
        var table = try FollowedTable(client, at: path, format, choice)
        var meter = ExportMeter(format.rawValue, sessionCount: ids.count)
        defer { meter.finish() }
        let rowCount = try await table.export(ids, &meter)
        meter.finish()
        show(
            path, ids, ["rows": .count(rowCount)], "\(rowCount) row\(rowCount == 1 ? "" : "s") added",
            byteCount: table.byteCount)
        Console.standard.setStatus("following, until Ctrl-C")
        try await table.follow()
    }

    private func writeSessions(_ client: APIClient, _ ids: [String]) async throws {
        guard let table = sessionsFormat else { return }
        let path = try DownloadTarget.path(output: output, name: "sessions." + table.rawValue, mayReplace: force)
        try await write(path, ids) { file, meter in
            try await SessionTableExport(client: client, format: table, asOf: past.moment).write(ids, to: &file, &meter)
        }
    }

    private func write(
        _ path: String, _ ids: [String],
        _ body: (inout OutputFile, inout ExportMeter) async throws -> Int
    ) async throws {
        var meter = ExportMeter(format.rawValue, sessionCount: ids.count)
        defer { meter.finish() }
        var file = try OutputFile(path)
        let rowCount: Int
        do {
            rowCount = try await body(&file, &meter)
            try file.finish()
        } catch {
            try file.discard()
            throw error
        }
        meter.finish()
        let what = "\(rowCount) row\(rowCount == 1 ? "" : "s")"
        show(path, ids, ["rows": .count(rowCount)], what, byteCount: file.byteCount)
    }

    private func writeLogdir(_ client: APIClient, _ ids: [String]) async throws {
        let target = LogdirTarget(output)
        let folder = follow && target.isLogdir ? target.path : try target.begin(mayReplace: force)
        var meter = ExportMeter(format.rawValue, sessionCount: ids.count)
        defer { meter.finish() }
        var logdir = try Logdir(client, at: folder, choice, isSingle: scalars == .float)
        try await logdir.export(ids, &meter)
        meter.finish()
        if folder != target.path {
            try target.finish()
            logdir.path = target.path
        }
        let facts: JSONObject = [
            "points": .count(meter.pointCount), "runs": .array(logdir.folders.map { .string($0) }),
        ]
        show(target.path, ids, facts, "\(meter.pointCount) points", byteCount: logdir.byteCount)
        guard follow else { return }
        Console.standard.setStatus("following, until Ctrl-C")
        try await logdir.follow()
    }

    private func writeArchive(_ client: APIClient, _ ids: [String]) async throws {
        guard ids.count == 1 else {
            throw CommandFailure(
                .usage, "An archive has one session, and \(ids.count) are named. Export each by itself.")
        }
        let target = try ArchiveTarget(output, mayReplace: force)
        let manifest = try await target.write { folder in
            var writer = ArchiveWriter(client, folder: folder)
            return try await writer.write(ids[0])
        }
        let eventCount = manifest.streams.reduce(0) { $0 + $1.eventCount }
        let facts: JSONObject = [
            "events": .count(eventCount), "files": .count(manifest.files.count),
            "content_digest": .string(manifest.contentDigest.description), "position": .count(manifest.position),
        ]
        let what = "\(eventCount) events, \(manifest.files.count) files"
        show(target.path, ids, facts, what, byteCount: manifest.byteCount)
    }

    private func show(_ path: String, _ ids: [String], _ facts: JSONObject, _ what: String, byteCount: Int64) {
        guard json else {
            let sessions = "\(ids.count) session\(ids.count == 1 ? "" : "s")"
            Console.standard.print("\(path): \(sessions), \(what), \(HumanFormat.size(byteCount))")
            return
        }
        var document: JSONObject = [
            "format": .string(format.rawValue), "output": .string(path),
            "sessions": .array(ids.map { .string($0) }), "size_bytes": .integer(byteCount),
        ]
        for (name, value) in facts { document[name] = value }
        Console.standard.printJSON(.object(document))
    }
}
