import ExportFormats
import Foundation
import JSON
import Tracking
import TrackingClient

/// A table of points, a row for each, that is written and then kept up with the log.
///
/// Rows are only ever added. What a later attempt does again stays in the table, and the column `attempt` tells which attempt a
/// row is of.
struct FollowedTable {
    private let client: APIClient
    private let path: String
    private let choice: PointChoice
    private let file: LocalFile
    private var writer: any TableWriter
    private var state: FollowedTableState
    private var sources: [String: RecordPoints] = [:]

    private static let pieceByteCount = 1 << 20

    /// Opens the table at `path`, cut to its last whole row, or begins it.
    ///
    /// - Throws: `CommandFailure` for a file that no export with --follow wrote, or one that was written with other options.
    init(_ client: APIClient, at path: String, _ format: TableFormat, _ choice: PointChoice) throws {
        self.client = client
        self.path = path
        self.choice = choice
        let options: JSONObject = [
            "format": .string(format.rawValue), "attempts": .string(choice.attempts.rawValue),
            "metrics": .array(choice.patterns.map { .string($0) }),
        ]
        writer = format.writer(of: PointTable.longColumns)
        var heading: [UInt8] = []
        writer.begin(&heading)
        let exists = FileManager.default.fileExists(atPath: path)
        let known = exists ? try FollowedTableState(of: path) : nil
        guard try known != nil || !exists || Self.isBegun(path, heading) else {
            throw CommandFailure(
                .usage, "\(path) already exists, and no export with --follow wrote it. Choose another name.")
        }
        state = known ?? FollowedTableState(options: options)
        guard JSONValue.object(state.options) == .object(options) else {
            throw CommandFailure(
                .usage,
                "\(path) was exported with other options: "
                    + String(decoding: JSONValue.object(state.options).encoded(), as: UTF8.self)
                    + ". Give the same, or export to another file.")
        }
        file = try LocalFile(path, flags: O_RDWR | O_CREAT)
        try file.lock()
        guard try file.byteCount() >= state.byteCount else {
            throw CommandFailure(.failed, "\(path) is shorter than it was. Export to another file.")
        }
        try file.truncate(to: state.byteCount)
        if known == nil {
            try add(heading)
            try OutputFile.synchronizeFolder(of: path)
        }
    }

    /// True for a file that has nothing but a part of the heading: an export was killed before it had written more.
    private static func isBegun(_ path: String, _ heading: [UInt8]) throws -> Bool {
        let bytes = try LocalFile(path, flags: O_RDONLY).read(upTo: heading.count + 1)
        return heading.starts(with: bytes)
    }

    var byteCount: Int64 { state.byteCount }

    /// Adds what the table lacks of sessions that it does not have yet, and returns the number of rows.
    mutating func export(_ ids: [String], _ meter: inout ExportMeter) async throws -> Int {
        var rowCount = 0
        for id in ids {
            if !state.entries.contains(where: { $0.id == id }) {
                rowCount += try await export(id, &meter)
            }
            meter.endSession()
        }
        return rowCount
    }

    private mutating func export(_ id: String, _ meter: inout ExportMeter) async throws -> Int {
        var rows = TableStream(try await client.export(id, choice.query()))
        var (rowCount, byteCount) = (0, state.byteCount)
        var bytes: [UInt8] = []
        while let batch = try await rows.next() {
            try writer.append(batch, to: &bytes)
            rowCount += batch.rowCount
            meter.add(points: batch.rowCount)
            guard bytes.count >= Self.pieceByteCount else { continue }
            // Only the state says that rows count: an export that ends before it begins this session again.
            try file.write(bytes)
            byteCount += Int64(bytes.count)
            bytes.removeAll(keepingCapacity: true)
        }
        state.entries.append(.init(id: id, position: rows.position))
        state.byteCount = byteCount
        try add(bytes)
        return rowCount
    }

    /// Writes what happens from now on, until the task is cancelled.
    mutating func follow() async throws {
        guard let first = state.entries.map(\.position).min() else { return }
        for entry in state.entries {
            var points = RecordPoints(of: entry.id, choice)
            try await points.learnTimeline(through: entry.position, client)
            sources[entry.id] = points
        }
        let only = state.entries.count == 1 ? state.entries[0].id : nil
        try await RecordFollower.follow(client, session: only, after: first) { try write($0) }
    }

    /// Adds the rows of records and returns when they are on disk.
    private mutating func write(_ records: [EventRecord]) throws {
        var places: [String: Int] = [:]
        for place in state.entries.indices { places[state.entries[place].id] = place }
        var bytes: [UInt8] = []
        for record in records {
            let id = record.stream.split(separator: "/").last.map(String.init) ?? ""
            guard let place = places[id], record.position > state.entries[place].position,
                var source = sources[id]
            else { continue }
            for (metric, points) in try source.take(record) where !points.values.isEmpty {
                try writer.append(PointTable.rows(points, of: metric, in: id), to: &bytes)
            }
            sources[id] = source
            state.entries[place].position = record.position
        }
        if !bytes.isEmpty { try add(bytes) }
    }

    /// Adds whole rows, and returns when they and what the table then has are on disk.
    private mutating func add(_ bytes: [UInt8]) throws {
        try file.write(bytes)
        try file.synchronize()
        state.byteCount += Int64(bytes.count)
        try state.save(of: path)
    }
}
