package import API
package import Foundation
package import JSON
import Synchronization
import Text
package import Tracking
package import TrackingClient

/// The server as a trainer sees it, through the API.
package final class HTTPTrainingService: TrainingService {
    package let sessionID: String
    private let client: APIClient
    private let patience: Patience
    private let claimBody: AttemptClaim
    private let claimCommand: String
    private let folder: URL
    private let attempt = Mutex<TrainingAttempt?>(nil)

    /// The service for one session. `client` must not retry by itself; downloads are put together in `folder`.
    package init(
        _ client: APIClient, sessionID: String, claim: AttemptClaim, patience: Patience, folder: URL
    ) {
        self.client = client
        self.sessionID = sessionID
        self.patience = patience
        self.folder = folder
        claimCommand = client.newCommandID()
        var claim = claim
        claim.claimSecret = client.newCommandID()
        claimBody = claim
    }

    package func claim() async throws(TrainerError) -> AttemptLease {
        let claimed = try await patience.persist { () async throws(ClientError) in
            try await client.claim(sessionID, claimBody, command: claimCommand)
        }
        attempt.withLock { $0 = claimed }
        return AttemptLease(
            attempt: claimed.number, duration: claimed.leaseDuration, token: claimed.token,
            resumeCheckpointID: claimed.session?.resumeCheckpointID)
    }

    package func events() async throws(TrainerError) -> [(position: UInt64, event: SessionEvent)] {
        let pageCount = 1000
        var events: [(position: UInt64, event: SessionEvent)] = []
        var position: UInt64 = 0
        while true {
            let after = position
            let page = try await patience.persist { () async throws(ClientError) in
                try await client.records(of: sessionID, after: after, limit: pageCount)
            }
            for record in page {
                position = record.position
                if let event = try Self.event(of: record) { events.append((position, event)) }
            }
            if page.count < pageCount { return events }
        }
    }

    /// The event of a record; nil for a type that this version does not know, which says nothing to a trainer.
    private static func event(of record: EventRecord) throws(TrainerError) -> SessionEvent? {
        do throws(EventCodecError) {
            return try SessionEvent(type: record.type, payload: [UInt8](record.payload))
        } catch {
            if case .unknownType = error { return nil }
            throw TrainerError(
                .refused,
                "The event at position \(record.position) cannot be read as \(record.type): \(error). "
                    + "Use a trainer of the server's version.")
        }
    }

    package func download(_ point: ResumePoint) async throws(TrainerError) -> [UInt8] {
        let path = folder.appendingPathComponent(point.checkpointID + ".safetensors").path
        try await patience.persist { () async throws(ClientError) in
            let document = try await client.checkpoint(point.checkpointID)
            guard document.digest.description == point.digest else {
                throw ClientError(
                    .digestMismatch,
                    "Checkpoint \(point.checkpointID) has the digest \(document.digest), not \(point.digest).")
            }
            try await client.downloadCheckpoint(document, to: path)
        }
        do {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            try FileManager.default.removeItem(atPath: path)
            return bytes
        } catch {
            throw TrainerError(
                .checkpoint, "The downloaded checkpoint at \(path) cannot be read: \(FileFault.words(error)).")
        }
    }

    package func start(
        _ start: AttemptStarted, provenance: JSONObject, command: String
    ) async throws(TrainerError) -> Bool {
        try await onBehalf { attempt throws(ClientError) in
            try await attempt.started(start, provenance: provenance, command: command).stopRequested
        }
    }

    package func record(_ provenance: JSONObject, command: String) async throws(TrainerError) {
        _ = try await onBehalf { attempt throws(ClientError) in
            try await attempt.recordProvenance(provenance, command: command).position
        }
    }

    package func report(_ report: TrainedEpoch, command: String) async throws(TrainerError) -> Bool {
        try await onBehalf { attempt throws(ClientError) in
            try await attempt.reportEpoch(
                report.epoch, step: report.step, metrics: report.metrics, command: command
            ).stopRequested
        }
    }

    package func save(
        _ save: TrainingCourse.Save, bytes: [UInt8], command: String
    ) async throws(TrainerError) -> (id: String, stopRequested: Bool) {
        try await onBehalf { attempt throws(ClientError) in
            let saved = try await attempt.saveCheckpoint(
                epoch: save.epoch, step: save.step, metrics: save.metrics, marks: save.isStop ? ["stop"] : [],
                fileName: save.isStop ? "step_\(save.step).safetensors" : "epoch_\(save.epoch).safetensors",
                from: .bytes(bytes), command: command)
            return (saved.id, saved.stopRequested ?? false)
        }
    }

    package func save(_ artifact: TrainingArtifact) async throws(TrainerError) {
        let client = attempt.withLock { $0?.client } ?? client
        do throws(ClientError) {
            _ = try await client.uploadArtifact(
                sessionID, path: artifact.path, from: .bytes(artifact.bytes), contentType: artifact.contentType,
                kind: artifact.kind, key: artifact.key, step: artifact.step)
        } catch {
            throw TrainerError(error)
        }
    }

    package func artifact(
        _ path: String, of session: String, digest: String
    ) async throws(TrainerError) -> [UInt8] {
        let file = folder.appendingPathComponent("artifact").path
        let isThere = try await patience.persist { () async throws(ClientError) in
            let found = try await client.artifacts(session, prefix: path).artifacts
            guard let artifact = found.first(where: { $0.path == path && $0.digest.description == digest }) else {
                return false
            }
            try await client.downloadArtifact(session, artifact, to: file)
            return true
        }
        guard isThere else {
            throw TrainerError(
                .notReproducible, "\(session) has no artifact \(path) with the digest \(digest), which is needed.")
        }
        do {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
            try FileManager.default.removeItem(atPath: file)
            return bytes
        } catch {
            throw TrainerError(
                .notReproducible, "The downloaded artifact at \(file) cannot be read: \(FileFault.words(error)).")
        }
    }

    package func delete(checkpointID: String, reason: String) async throws(TrainerError) -> String? {
        try await patience.persist { () async throws(ClientError) in
            do throws(ClientError) {
                _ = try await client.deleteCheckpoint(checkpointID, reason: reason)
            } catch {
                if error.serverCode == "checkpoint_aliased" { return error.message }
                guard error.status == 404 else { throw error }
            }
            return nil
        }
    }

    package func send(_ event: TelemetryEvent, command: String) async throws(TrainerError) -> Bool {
        try await onBehalf { attempt throws(ClientError) in
            switch event {
            case .metricsReported(let report):
                try await attempt.reportMetrics(report, command: command).stopRequested
            case .progressReported(let report):
                try await attempt.reportProgress(
                    epoch: Int(report.epoch), step: Int(report.step), fraction: report.epochFraction
                ).stopRequested
            case .linesLogged(let report): try await attempt.reportLogs(report, command: command).stopRequested
            case .hostReadingsTaken(let report):
                try await attempt.reportHostReadings(report, command: command).stopRequested
            }
        }
    }

    package func renew() async throws(TrainerError) -> Bool {
        try await onBehalf { attempt throws(ClientError) in try await attempt.renew().stopRequested }
    }

    package func finish(
        _ outcome: AttemptOutcome, epoch: Int?, step: Int?, command: String
    ) async throws(TrainerError) {
        _ = try await onBehalf { attempt throws(ClientError) in
            try await attempt.finish(outcome, epoch: epoch, step: step, command: command).position
        }
    }

    package func waitForStopRequest(after position: UInt64) async throws(TrainerError) -> Bool {
        let policy = RetryPolicy(maximumAttempts: .max, firstDelay: .milliseconds(200), maximumDelay: .seconds(5))
        let feed = client.feed(session: sessionID, types: ["status"], after: position, policy: policy)
        do throws(ClientError) {
            var frames = feed.makeAsyncIterator()
            while let item = try await frames.next() {
                if case .entry(let frame) = item, frame.status == .stopping { return true }
            }
            return false
        } catch {
            throw TrainerError(error)
        }
    }

    private func onBehalf<Result: Sendable>(
        _ body: (TrainingAttempt) async throws(ClientError) -> Result
    ) async throws(TrainerError) -> Result {
        guard let attempt = attempt.withLock({ $0 }) else {
            throw TrainerError(.staleAttempt, "The session must be claimed before anything is reported.")
        }
        return try await patience.persist { () async throws(ClientError) in try await body(attempt) }
    }
}
