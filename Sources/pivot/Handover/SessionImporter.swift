import API
import Foundation
import Tracking
import TrackingClient

/// Sends a session's archive to a server: first what the server lacks, then the session.
struct SessionImporter {
    let client: APIClient
    let archive: ArchiveReader

    /// What an import has done.
    struct Outcome {
        var state: ImportState
        var fileCount = 0
        var byteCount: Int64 = 0
    }

    /// Returns when the session is on the server.
    func run() async throws -> Outcome {
        let request = try request()
        let files = archive.filesByDigest()
        let meter = TransferMeter(archive.manifest.session)
        defer { meter.finish() }
        var outcome = Outcome(state: ImportState())
        var sent: Set<Digest> = []
        var lastCheckpoint: Digest?
        while true {
            outcome.state = try await client.importSession(request)
            switch outcome.state.state {
            case .imported, .present: return outcome
            case .appending:
                Console.standard.setStatus("\(outcome.state.appendedCount ?? 0) records of measurements are in the log")
            case .filesMissing:
                for digest in outcome.state.missingFiles ?? [] {
                    guard let (file, place) = files[digest], sent.insert(digest).inserted else {
                        throw CommandFailure(
                            .failed,
                            "\(archive.path) lacks a file that the session's events name: \(digest). Export it again.")
                    }
                    let isCheckpoint = file.path.hasPrefix("checkpoints/")
                    let (done, total) = (outcome.byteCount, archive.manifest.byteCount)
                    _ = try await client.uploadImportFile(
                        digest, from: place.source, like: isCheckpoint ? lastCheckpoint : nil
                    ) { meter.update(TransferProgress(byteCount: done + $0.byteCount, totalByteCount: total)) }
                    if isCheckpoint { lastCheckpoint = digest }
                    outcome.fileCount += 1
                    outcome.byteCount += file.byteCount
                }
            }
        }
    }

    private func request() throws -> SessionImport {
        let manifest = archive.manifest
        guard let session = manifest.digest(of: ArchiveManifest.sessionEvents),
            let telemetry = manifest.digest(of: ArchiveManifest.telemetryEvents)
        else { throw CommandFailure(.failed, "\(archive.path) lacks the files of the session's events.") }
        var request = SessionImport()
        request.sessionID = manifest.session
        request.source = manifest.sourceAddress
        request.sourceVersion = manifest.sourceVersion
        request.sourcePosition = manifest.position
        request.exportedAt = manifest.exportedAt
        request.manifestDigest = archive.manifestDigest
        request.contentDigest = manifest.contentDigest
        request.sessionEvents = session
        request.telemetryEvents = telemetry
        request.importedBy = String("\(NSUserName())@\(ProcessInfo.processInfo.hostName)".prefix(120))
        return request
    }
}
