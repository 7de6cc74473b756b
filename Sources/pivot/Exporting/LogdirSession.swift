import API
import ExportFormats
import Foundation
import SwiftProtobuf
import Tracking
import TrackingClient

/// A session in a logdir: its runs, and what has been written of them.
struct LogdirSession {
    private(set) var entry: LogdirState.Entry
    /// The folder of all sessions.
    var logdir: String
    private let choice: PointChoice
    private var points: RecordPoints
    private var runs: SessionRuns
    /// True when what the run is has to be told again.
    private var isForgotten = false
    /// True when files or the end of the session are still to be asked for.
    private(set) var isStale = false

    /// The bytes of all the session's runs after which they are written, about.
    static let pieceByteCount = 4 << 20

    /// A session that the logdir does not have yet, in a folder that no other has.
    init(_ session: SessionInfo, in logdir: String, _ choice: PointChoice, isSingle: Bool, taken: Set<String>) {
        var folder = RunName.folder(name: session.name, id: session.id)
        if taken.contains(folder) { folder += "-" + session.id }
        self.init(LogdirState.Entry(id: session.id, folder: folder), session, in: logdir, choice, isSingle: isSingle)
    }

    /// Goes on with a session: cuts its files to what the state says, and takes away what it does not know.
    init(
        resuming entry: LogdirState.Entry, _ session: SessionInfo, in logdir: String, _ choice: PointChoice,
        isSingle: Bool
    ) throws {
        self.init(entry, session, in: logdir, choice, isSingle: isSingle)
        try removeUnknownFiles()
        let folder = logdir + "/" + entry.folder
        for (path, byteCount) in entry.files {
            let file = try LocalFile(folder + "/" + path, flags: O_RDWR)
            guard try file.byteCount() >= byteCount else {
                throw CommandFailure(
                    .failed, "\(folder)/\(path) is shorter than it was. Export to another folder, or with --force.")
            }
            try file.truncate(to: byteCount)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + path), options: .alwaysMapped)
            let series = try bytes.withUnsafeBytes { try EventFileSeries.tags(in: $0) }
            if let run = Self.run(of: path) { runs.resume(run, series: series) }
        }
    }

    private init(
        _ entry: LogdirState.Entry, _ session: SessionInfo, in logdir: String, _ choice: PointChoice, isSingle: Bool
    ) {
        self.entry = entry
        self.logdir = logdir
        self.choice = choice
        points = RecordPoints(of: entry.id, choice)
        runs = SessionRuns(
            id: session.id, createdAt: session.createdAt, allAttempts: choice.attempts == .all, isSingle: isSingle)
    }

    /// Takes away event files that an export which was broken off wrote.
    private func removeUnknownFiles() throws(ClientError) {
        let folder = logdir + "/" + entry.folder
        for path in FileManager.default.subpaths(atPath: folder) ?? []
        where path.contains("events.out.tfevents.") && entry.files[path] == nil {
            try LocalFile.remove(folder + "/" + path)
        }
    }

    private static func run(of path: String) -> SessionRuns.Run? {
        var run = SessionRuns.Run()
        for part in path.split(separator: "/").dropLast() {
            if part == RunName.epochs {
                run.isEpochs = true
            } else if let number = part.split(separator: "-").last.flatMap({ UInt32($0) }) {
                run.attempt = number
            } else {
                return nil
            }
        }
        return run
    }

    /// Writes everything there is of the session.
    mutating func export(_ session: SessionInfo, _ client: APIClient, _ meter: inout ExportMeter) async throws {
        try removeUnknownFiles()
        var rows = TableStream(try await client.export(session.id, choice.query()))
        runs.append { encoder in
            let facts = RunFacts(session, [])
            encoder.append(facts)
            encoder.append(hyperparametersOf: facts)
        }
        while let batch = try await rows.next() {
            let (_, metric, points) = try PointTable.points(in: batch)
            runs.append(points, of: metric)
            meter.add(points: batch.rowCount)
            try write(atLeast: Self.pieceByteCount)
        }
        entry.position = rows.position
        isStale = true
        try await refresh(client)
        try write(atLeast: 1)
        try synchronize()
        meter.endSession()
    }

    /// Learns from the session's records up to its position which points count from there on.
    mutating func learnTimeline(_ client: APIClient) async throws {
        try await points.learnTimeline(through: entry.position, client)
    }

    /// Adds what an event of the session after its position says.
    mutating func take(_ record: EventRecord) throws {
        guard record.position > entry.position else { return }
        defer { entry.position = record.position }
        let time = Timestamp(rawValue: record.hasOccurredAt ? record.occurredAt : record.firstRecordedAt)
        for (metric, points) in try points.take(record) { runs.append(points, of: metric) }
        guard record.stream.hasPrefix("session/") else { return }
        switch try RecordPoints.event(of: record) {
        case .attemptStarted(let started):
            let isAnew = started.firstStep <= 1 && started.checkpointID.isEmpty
            if started.attempt > 1 {
                runs.restart(
                    atStep: isAnew ? 0 : Int64(clamping: started.firstStep), epoch: Int64(max(started.firstEpoch, 1)),
                    time: time)
            }
            // What stands at step 0 is done away with too.
            if isAnew, started.attempt > 1 { (isForgotten, isStale) = (true, true) }
            entry.isEnded = false
        case .checkpointSaved, .artifactSaved, .stopped, .completed, .failed, .attemptLost: isStale = true
        default: break
        }
    }

    /// Adds the checkpoints and artifacts that are not there yet, and the end, when the session has one.
    mutating func refresh(_ client: APIClient) async throws {
        guard isStale else { return }
        isStale = false
        let session = try await client.session(entry.id)
        let checkpoints = try await client.checkpoints(session: entry.id, superseded: choice.attempts == .all)
        let facts = RunFacts(session, checkpoints.checkpoints, address: client.configuration.address.text)
        if isForgotten { runs.append { $0.append(facts) } }
        isForgotten = false
        for checkpoint in facts.checkpoints where entry.checkpoints.insert(checkpoint.id).inserted {
            runs.append { $0.append(checkpoint) }
        }
        let artifacts = try await client.artifacts(entry.id).artifacts
            .filter { !entry.artifacts.contains("\($0.path)@\($0.version)") }
        for (shown, files) in ShownArtifact.groups(of: artifacts) {
            var contents: [[UInt8]] = []
            for file in files {
                contents.append(try await client.artifactBytes(entry.id, file))
                entry.artifacts.insert("\(file.path)@\(file.version)")
            }
            runs.append { _ = $0.append(shown, contents) }
            try write(atLeast: Self.pieceByteCount)
        }
        if facts.endedAt != nil, session.status.isFinished, !entry.isEnded {
            entry.isEnded = true
            runs.append { $0.append(endOf: facts) }
        }
    }

    /// Writes what was added, when it is at least so much.
    ///
    /// - Returns: False when there was nothing to write.
    @discardableResult
    mutating func write(atLeast minimum: Int) throws -> Bool {
        let pieces = runs.take(atLeast: minimum)
        for piece in pieces {
            let path = logdir + "/" + entry.folder + "/" + piece.path
            if entry.files[piece.path] == nil {
                try FileManager.default.createDirectory(
                    atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            }
            let file = try LocalFile(path, flags: O_WRONLY | O_CREAT | O_APPEND)
            try file.write(piece.bytes)
            entry.files[piece.path, default: 0] += Int64(piece.bytes.count)
            written.insert(piece.path)
        }
        return !pieces.isEmpty
    }

    /// The files that were written to since they were last made sure to be on disk.
    private var written: Set<String> = []

    /// Returns when all that was written is on disk.
    mutating func synchronize() throws {
        for path in written {
            let path = logdir + "/" + entry.folder + "/" + path
            try LocalFile(path, flags: O_RDONLY).synchronize()
            try OutputFile.synchronizeFolder(of: path)
        }
        written = []
    }
}
