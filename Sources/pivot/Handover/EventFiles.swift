import Foundation
import JSON
import SwiftProtobuf
import Tracking
import TrackingClient

/// The events of a session on their way into an archive, the log lines among them also as text.
struct EventFiles {
    /// The files that the session has by what came so far.
    private(set) var files = SessionFiles()
    /// The resolved configuration, as the creation recorded it.
    private(set) var configuration = JSONValue.object([:])
    private var session = StreamContent()
    private var telemetry = StreamContent()
    private var sessionFile: ArchiveFile
    private var telemetryFile: ArchiveFile
    private var logFile: ArchiveFile

    init(in folder: String) throws {
        sessionFile = try ArchiveFile(folder, ArchiveManifest.sessionEvents)
        telemetryFile = try ArchiveFile(folder, ArchiveManifest.telemetryEvents)
        logFile = try ArchiveFile(folder, "logs.txt")
    }

    mutating func add(_ record: EventRecord) throws {
        guard record.stream.hasPrefix("telemetry/") else {
            let event: SessionEvent
            do {
                event = try SessionEvent(type: record.type, payload: [UInt8](record.payload))
            } catch {
                throw CommandFailure(.failed, "The session cannot be exported with this version: \(error)")
            }
            files.add(event)
            if case .created(let created) = event {
                configuration = try JSONValue.parse(Array(created.configuration.utf8))
            }
            session.add(record)
            return try sessionFile.write(record.delimitedBytes)
        }
        telemetry.add(record)
        try telemetryFile.write(record.delimitedBytes)
        guard record.type == TelemetryEvent.linesLogged(LinesLogged()).type else { return }
        for line in try LinesLogged(serializedBytes: record.payload).lines {
            let level = line.level.isEmpty ? line.source : line.level
            try logFile.write(Array("\(Timestamp(rawValue: line.time)) \(level) \(line.text)\n".utf8))
        }
    }

    /// Returns when the files are on disk.
    mutating func finish() throws(ClientError) -> [ArchiveManifest.File] {
        [try sessionFile.finish(), try telemetryFile.finish(), try logFile.finish()]
    }

    var contentDigest: Digest { StreamContent.digest(session: session, telemetry: telemetry) }

    var streams: [ArchiveManifest.Stream] {
        [
            .init(
                name: "session", path: ArchiveManifest.sessionEvents, eventCount: session.eventCount,
                digest: session.digest),
            .init(
                name: "telemetry", path: ArchiveManifest.telemetryEvents, eventCount: telemetry.eventCount,
                digest: telemetry.digest),
        ]
    }
}
