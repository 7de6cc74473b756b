package import API
package import JSON
import SwiftProtobuf
package import Tracking

/// One process's hold on a session: what a trainer calls, with the lease it claimed.
///
/// Every call renews the lease. A report may be sent again under the same command id and counts once. When a receipt
/// says `stopRequested`, the trainer saves a checkpoint marked `stop` and finishes with `stopped`. Lifecycle calls throw
/// `refused(409, "stale_attempt")` once another attempt holds the session: then the process ends without a word.
package struct TrainingAttempt: Sendable {
    /// The client that carries the lease.
    package let client: APIClient
    package let sessionID: String
    /// From 1, one more at each claim.
    package let number: Int
    package let token: String
    package let leaseDuration: Duration
    /// The session as it was at the claim; nil when the attempt was claimed elsewhere.
    package let session: SessionInfo?

    /// An attempt that was claimed elsewhere, such as by the process that started this one, or by the answer to a claim.
    package init(
        client: APIClient, sessionID: String, number: Int, token: String, leaseDuration: Duration,
        session: SessionInfo? = nil
    ) {
        var client = client
        client.lease = token
        self.client = client
        self.sessionID = sessionID
        self.number = number
        self.token = token
        self.leaseDuration = leaseDuration
        self.session = session
    }

    /// Renews the lease; for when there is nothing to say.
    package func renew() async throws(ClientError) -> ReportReceipt {
        try await client.ask(.renewLease, sessionID, String(number))
    }

    /// Says where training begins and what bit-exactness depends on; once, before the first epoch.
    package func started(
        _ start: AttemptStarted, provenance: JSONObject = JSONObject(), command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        var report = AttemptStart(start)
        report.provenance = provenance.isEmpty ? nil : provenance
        return try await client.ask(
            .reportAttemptStarted, sessionID, String(number), sending: report, command: command)
    }

    /// Records facts about the attempt, such as its command line; they may come at any time and in several calls.
    package func recordProvenance(
        _ facts: JSONObject, command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        var report = ProvenanceReport()
        report.attempt = UInt32(number)
        report.facts = facts
        return try await client.reportProvenance(sessionID, report, command: command)
    }

    /// Says that a further process of a distributed training takes part.
    package func join(_ entry: RankEntry, command: String? = nil) async throws(ClientError) -> ReportReceipt {
        try await client.ask(.joinRank, sessionID, String(number), sending: entry, command: command)
    }

    /// Reports a completed epoch, which must be the one after the last; returns once it is on disk.
    package func reportEpoch(
        _ epoch: Int, step: Int, metrics: [MetricValue], command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        var report = EpochReport()
        report.attempt = UInt32(number)
        report.epoch = UInt32(clamping: epoch)
        report.step = Int64(step)
        report.metrics = metrics
        return try await client.ask(.reportEpoch, sessionID, sending: report, command: command)
    }

    /// Says how much of the epoch under way is done, 0 to 1.
    package func reportProgress(
        epoch: Int, step: Int, fraction: Double
    ) async throws(ClientError) -> ReportReceipt {
        var report = ProgressReport()
        report.attempt = UInt32(number)
        report.epoch = UInt32(clamping: epoch)
        report.step = Int64(step)
        report.fraction = min(max(fraction, 0), 1)
        return try await client.ask(.reportProgress, sessionID, sending: report)
    }

    /// Reports points of step metrics. The message's attempt is set to this one's.
    package func reportMetrics(
        _ report: MetricsReported, command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        var report = report
        report.attempt = UInt32(number)
        return try await send(report, .reportMetrics, command: command)
    }

    /// Reports lines of output. The message's attempt is set to this one's.
    package func reportLogs(_ report: LinesLogged, command: String? = nil) async throws(ClientError) -> ReportReceipt {
        var report = report
        report.attempt = UInt32(number)
        return try await send(report, .reportLogs, command: command)
    }

    /// Reports samples of the host. The message's attempt is set to this one's.
    package func reportHostReadings(
        _ report: HostReadingsTaken, command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        var report = report
        report.attempt = UInt32(number)
        return try await send(report, .reportHostReadings, command: command)
    }

    /// Saves a checkpoint of this attempt; returns when it is on the server's disk. `marks` may name `stop`.
    package func saveCheckpoint(
        epoch: Int, step: Int, metrics: [MetricValue], marks: [String] = [], fileName: String,
        from source: UploadSource, command: String? = nil
    ) async throws(ClientError) -> CheckpointInfo {
        var upload = CheckpointUpload(sessionID: sessionID, epoch: epoch, fileName: fileName)
        upload.step = Int64(step)
        upload.attempt = UInt32(number)
        upload.metrics = metrics
        upload.marks = marks.isEmpty ? nil : marks
        return try await client.uploadCheckpoint(upload, from: source, command: command)
    }

    /// Ends the attempt, and the lease with it. `epoch` is the number of epochs completed; nil leaves it to the server.
    package func finish(
        _ outcome: AttemptOutcome, epoch: Int?, step: Int?, command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        var report = outcome.report(attempt: number)
        report.epoch = epoch.map { UInt32(clamping: $0) }
        report.step = step.map { Int64($0) }
        return try await client.ask(.finishAttempt, sessionID, sending: report, command: command)
    }

    private func send(
        _ message: some Message, _ operation: API.Operation, command: String?
    ) async throws(ClientError) -> ReportReceipt {
        var request = APIRequest(operation, [sessionID])
        do {
            request.body = .bytes(try message.serializedBytes(), contentType: "application/x-protobuf")
        } catch {
            throw ClientError(.unexpectedAnswer, "A report could not be encoded: \(error).")
        }
        return try await client.answer(to: request, command: command)
    }
}

extension AttemptStart {
    /// The report of a start, without provenance.
    fileprivate init(_ start: AttemptStarted) {
        func said(_ text: String) -> String? { text.isEmpty ? nil : text }
        self.init()
        checkpointID = said(start.checkpointID)
        firstEpoch = start.firstEpoch
        firstStep = Int64(clamping: start.firstStep)
        stepsPerEpoch = Int64(clamping: start.stepsPerEpoch)
        binary = said(start.binary)
        engine = said(start.engine)
        instructionSet = said(start.instructionSet)
        threads = start.threads
        dataDigest = said(start.dataDigest)
    }
}
