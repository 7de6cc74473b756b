import API
import Application
import Blobs
import ExportFormats
import NIOCore
import REST
import Tracking

/// A session as runs of TensorBoard, in one tar archive of the folder that the session has in a logdir.
///
/// A run's points are in event files of some megabytes each, so that none has to be in memory whole before its size is known.
struct LogdirExport: Sendable {
    let position: LogPosition
    private let query: ExportQuery
    private let tracker: Tracker
    private let session: SessionInfo
    private let checkpoints: [CheckpointInfo]
    private let artifacts: [ArtifactInfo]

    /// The bytes of all the runs of a session after which they are written, about.
    private static let fileByteCount = 4 << 20

    init(_ query: ExportQuery, _ tracker: Tracker, asOf: LogPosition?, _ freshness: Queries.Freshness) async throws {
        self.query = query
        self.tracker = tracker
        let first = try await tracker.queries.session(query.session, freshness, asOf: asOf)
        position = first.position
        // Even when it is the newest: what only lives in memory does not belong to a position.
        session = SessionInfo(try await tracker.queries.session(query.session, .stale, asOf: position).value)
        var list = CheckpointListQuery()
        list.session = query.session
        list.includesSuperseded = query.allAttempts
        checkpoints = try await tracker.queries.checkpoints(list, asOf: position, .stale).value.checkpoints
            .map { CheckpointInfo($0) }
        var filter = ArtifactFilter()
        filter.includesSuperseded = query.allAttempts
        artifacts = try await tracker.queries.artifacts(of: query.session, filter, asOf: position, .stale).value
            .map { ArtifactInfo($0) }
    }

    func write(to sink: inout ExportSink) async throws {
        let facts = RunFacts(session, checkpoints)
        let folder = RunName.folder(name: facts.name, id: facts.id)
        var runs = SessionRuns(
            id: facts.id, createdAt: facts.createdAt, allAttempts: query.allAttempts, isSingle: true,
            isParted: true)
        runs.append { encoder in
            encoder.append(facts)
            for checkpoint in facts.checkpoints { encoder.append(checkpoint) }
            encoder.append(hyperparametersOf: facts)
            encoder.append(endOf: facts)
        }
        for (shown, files) in ShownArtifact.groups(of: artifacts) {
            var contents: [[UInt8]] = []
            for file in files { contents.append(try await content(of: file)) }
            runs.append { _ = $0.append(shown, contents) }
            try await write(runs.take(atLeast: Self.fileByteCount), in: folder, facts.createdAt, to: &sink)
        }
        var points = try await tracker.queries.points(
            of: query.session, names: query.names, allAttempts: query.allAttempts, asOf: position, .stale)
        while let batch = try await points.next() {
            runs.append(batch.points, of: batch.metric)
            try await write(runs.take(atLeast: Self.fileByteCount), in: folder, facts.createdAt, to: &sink)
        }
        try await write(runs.take(), in: folder, facts.createdAt, to: &sink)
        try await sink.write(TarWriter.end)
    }

    private func content(of file: ArtifactInfo) async throws -> [UInt8] {
        var content: [UInt8] = []
        for try await buffer in try await tracker.checkpoints.open(file.digest).bytes() {
            content += buffer.readableBytesView
        }
        return content
    }

    private func write(
        _ pieces: [SessionRuns.Piece], in folder: String, _ time: Timestamp, to sink: inout ExportSink
    ) async throws {
        for piece in pieces {
            let count = Int64(piece.bytes.count)
            try await sink.write(TarWriter.header(folder + "/" + piece.path, byteCount: count, time: time))
            try await sink.write(piece.bytes)
            try await sink.write(TarWriter.padding(after: count))
        }
    }
}
