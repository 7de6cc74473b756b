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
        try await post(["attempts", String(number), "renew"], command: nil, body: .none)
    }

    /// Says where training begins and what bit-exactness depends on; once, before the first epoch.
    package func started(
        _ start: AttemptStarted, provenance: JSONObject = JSONObject(), command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        var body: JSONObject = [
            "first_epoch": .integer(Int64(start.firstEpoch)), "first_step": .integer(Int64(start.firstStep)),
            "steps_per_epoch": .integer(Int64(start.stepsPerEpoch)), "threads": .integer(Int64(start.threads)),
        ]
        let texts = [
            ("checkpoint_id", start.checkpointID), ("binary", start.binary), ("engine", start.engine),
            ("instruction_set", start.instructionSet), ("data_digest", start.dataDigest),
        ]
        for (key, text) in texts where !text.isEmpty { body.append(.string(text), forKey: key) }
        if !provenance.isEmpty { body.append(.object(provenance), forKey: "provenance") }
        return try await post(
            ["attempts", String(number), "started"], command: command, body: .json(.object(body)))
    }

    /// Records facts about the attempt, such as its command line; they may come at any time and in several calls.
    package func recordProvenance(
        _ facts: JSONObject, command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        var body = fields
        body.append(.object(facts), forKey: "facts")
        return try await post(["provenance"], command: command, body: .json(.object(body)))
    }

    /// Says that a further process of a distributed training takes part.
    package func join(
        rank: Int, worldSize: Int, host: String? = nil, processID: Int? = nil, command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        var body: JSONObject = ["rank": .integer(Int64(rank)), "world_size": .integer(Int64(worldSize))]
        if let host { body.append(.string(host), forKey: "host") }
        if let processID { body.append(.integer(Int64(processID)), forKey: "process_id") }
        return try await post(["attempts", String(number), "ranks"], command: command, body: .json(.object(body)))
    }

    /// Reports a completed epoch, which must be the one after the last; returns once it is on disk.
    package func reportEpoch(
        _ epoch: Int, step: Int, metrics: [MetricValue], command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        var body = fields
        body.append(.integer(Int64(epoch)), forKey: "epoch")
        body.append(.integer(Int64(step)), forKey: "step")
        body.append(metrics.json, forKey: "metrics")
        return try await post(["epochs"], command: command, body: .json(.object(body)))
    }

    /// Says how much of the epoch under way is done, 0 to 1.
    package func reportProgress(
        epoch: Int, step: Int, fraction: Double
    ) async throws(ClientError) -> ReportReceipt {
        var body = fields
        body.append(.integer(Int64(epoch)), forKey: "epoch")
        body.append(.integer(Int64(step)), forKey: "step")
        body.append(.number(min(max(fraction, 0), 1)), forKey: "fraction")
        return try await post(["progress"], command: nil, body: .json(.object(body)))
    }

    /// Reports points of step metrics. The message's attempt is set to this one's.
    package func reportMetrics(
        _ report: MetricsReported, command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        var report = report
        report.attempt = UInt32(number)
        return try await post(["metrics"], command: command, body: try protobuf(report))
    }

    /// Reports lines of output. The message's attempt is set to this one's.
    package func reportLogs(_ report: LinesLogged, command: String? = nil) async throws(ClientError) -> ReportReceipt {
        var report = report
        report.attempt = UInt32(number)
        return try await post(["logs"], command: command, body: try protobuf(report))
    }

    /// Reports samples of the host. The message's attempt is set to this one's.
    package func reportHostReadings(
        _ report: HostReadingsTaken, command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        var report = report
        report.attempt = UInt32(number)
        return try await post(["host-readings"], command: command, body: try protobuf(report))
    }

    /// Saves a checkpoint of this attempt; returns when it is on the server's disk. `marks` may name `stop`.
    package func saveCheckpoint(
        epoch: Int, step: Int, metrics: [MetricValue], marks: [String] = [], fileName: String,
        from source: UploadSource, command: String? = nil
    ) async throws(ClientError) -> CheckpointInfo {
        var upload = CheckpointUpload(sessionID: sessionID, epoch: epoch, fileName: fileName)
        upload.step = step
        upload.attempt = number
        upload.metrics = metrics
        upload.marks = marks
        return try await client.uploadCheckpoint(upload, from: source, command: command)
    }

    /// Ends the attempt, and the lease with it. `epoch` is the number of epochs completed; nil leaves it to the server.
    package func finish(
        _ outcome: AttemptOutcome, epoch: Int?, step: Int?, command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        var body = fields
        for (key, value) in outcome.fields { body.append(value, forKey: key) }
        if let epoch { body.append(.integer(Int64(epoch)), forKey: "epoch") }
        if let step { body.append(.integer(Int64(step)), forKey: "step") }
        return try await post(["finish"], command: command, body: .json(.object(body)))
    }

    private var fields: JSONObject { ["attempt": .integer(Int64(number))] }

    private func post(
        _ path: [String], command: String?, body: APIRequest.Body
    ) async throws(ClientError) -> ReportReceipt {
        let request = APIRequest.post(
            ["training", "sessions", sessionID] + path, command: command ?? client.newCommandID(), body: body)
        return try ReportReceipt(try await client.document(request).json)
    }

    private func protobuf(_ message: some Message) throws(ClientError) -> APIRequest.Body {
        do {
            return .bytes(try message.serializedBytes(), contentType: "application/x-protobuf")
        } catch {
            throw ClientError(.unexpectedAnswer, "A report could not be encoded: \(error).")
        }
    }
}
