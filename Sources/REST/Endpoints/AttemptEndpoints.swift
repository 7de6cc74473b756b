import API
import Application
import EventLog
import HTTPTypes
import Hummingbird
import JSON
import SwiftProtobuf
import Tracking
import WebServer

/// Answers what a trainer calls about its attempt, and what others add to a session's record.
struct AttemptEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [
            Endpoint(.claimAttempt, claim), Endpoint(.renewLease, renew), Endpoint(.reportAttemptStarted, started),
            Endpoint(.joinRank, joinRank), Endpoint(.reportEpoch, epoch), Endpoint(.reportProgress, progress),
            Endpoint(.finishAttempt, finish), Endpoint(.reportResult, result),
            Endpoint(.reportProvenance, provenance),
        ]
    }

    @Sendable private func claim(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let (body, object) = try await call.json(AttemptClaim.self, of: .claimAttempt)
        // The secret proves who repeats the claim; it is no part of what is claimed.
        var command = object
        command["claim_secret"] = nil
        let given = try await tracker.attempts.claim(
            session, AttemptClaimed(body), secret: body.claimSecret,
            as: try call.identity("claim", command, actor: "trainer"))
        var info = ClaimInfo()
        info.receipt = ReportReceipt(given.receipt)
        info.receipt.leaseSeconds = Int(given.claimed.leaseSeconds)
        info.token = given.token
        info.devices = given.claimed.devices
        info.session = SessionInfo(given.session)
        return .document(
            info, status: .created, headers: [.logPosition: given.receipt.position.description])
    }

    @Sendable private func renew(_ call: Call) async throws -> Response {
        .receipt(tracker.attempts.renew(try await speaker(call, mustHold: true)))
    }

    @Sendable private func started(_ call: Call) async throws -> Response {
        let speaker = try await speaker(call)
        let (body, object) = try await call.json(AttemptStart.self, of: .reportAttemptStarted)
        var started = AttemptStarted()
        started.checkpointID = body.checkpointID ?? ""
        started.firstEpoch = body.firstEpoch
        started.firstStep = UInt64(body.firstStep)
        started.stepsPerEpoch = UInt64(body.stepsPerEpoch ?? 0)
        started.binary = body.binary ?? ""
        started.engine = body.engine ?? ""
        started.instructionSet = body.instructionSet ?? ""
        started.threads = body.threads ?? 0
        started.dataDigest = body.dataDigest ?? ""
        return .receipt(
            try await tracker.attempts.start(
                speaker, started, facts: [Parameter](body.provenance ?? [:]),
                as: try identity(call, "started", object, body.commandID)))
    }

    @Sendable private func joinRank(_ call: Call) async throws -> Response {
        let speaker = try await speaker(call, mustHold: true)
        let (body, object) = try await call.json(RankEntry.self, of: .joinRank)
        guard body.rank < body.worldSize else {
            throw FieldError("rank", "must be from 0 to \(body.worldSize - 1), not \(body.rank)")
        }
        return .receipt(
            try await tracker.attempts.joinRank(
                speaker, body.rank,
                facts: [
                    ("host", body.host ?? ""), ("devices", (body.devices ?? []).joined(separator: ",")),
                    ("process_id", body.processID.map(String.init) ?? ""), ("world_size", String(body.worldSize)),
                ], as: try identity(call, "ranks", object, body.commandID)))
    }

    @Sendable private func epoch(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let (bytes, isProtobuf) = try await call.report(of: .reportEpoch)
        var commandID: String?
        var time: Timestamp?
        let event: EpochCompleted
        if isProtobuf {
            event = try EpochCompleted(report: bytes)
        } else {
            let body: EpochReport = try Call.parsed(bytes).document
            (commandID, time) = (body.commandID, body.time)
            event = EpochCompleted(body)
        }
        let speaker = try await tracker.attempts.speaker(
            for: session, token: call.leaseToken, claimed: event.attempt)
        let identity = try call.identity(bodyCommandID: commandID, actor: "trainer", occurredAt: time) {
            // An epoch that is too large to be stored is refused when it is appended.
            do { return Call.canonical("epochs") + (try SessionEvent.epochCompleted(event).encoded().payload) } catch {
                return []
            }
        }
        return .receipt(try await tracker.attempts.completeEpoch(speaker, event, as: identity))
    }

    @Sendable private func progress(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let body = try await call.json(ProgressReport.self, of: .reportProgress).document
        let speaker = try await tracker.attempts.speaker(
            for: session, token: call.leaseToken, claimed: body.attempt, mustHold: true)
        return .receipt(
            tracker.attempts.reportProgress(
                speaker, epoch: body.epoch, step: UInt64(body.step), fraction: body.fraction))
    }

    @Sendable private func finish(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let (body, object) = try await call.json(FinishReport.self, of: .finishAttempt)
        let speaker = try await tracker.attempts.speaker(
            for: session, token: call.leaseToken, claimed: body.attempt)
        let message = body.message ?? ""
        let finish: SessionCommand.Finish =
            switch body.outcome {
            case "completed":
                .completed(
                    finalMetrics: [Metric](body.finalMetrics), earlyStopReason: body.earlyStopReason ?? "")
            case "stopped":
                .stopped(
                    step: UInt64(body.step ?? 0), checkpoint: body.checkpointID ?? "", message: message)
            default: .failed(message: message.isEmpty ? "the trainer gave no reason" : message)
            }
        return .receipt(
            try await tracker.attempts.finish(
                speaker, finish, epoch: body.epoch, as: try identity(call, "finish", object, body.commandID)))
    }

    @Sendable private func result(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let (body, object) = try await call.json(ResultReport.self, of: .reportResult)
        let result = ResultReported.with {
            $0.name = body.name
            $0.value = body.value
            if let step = body.step { $0.step = step }
            $0.source = body.source
        }
        return .receipt(
            try await tracker.attempts.reportResult(
                session, result, as: try identity(call, "results", object, body.commandID)))
    }

    @Sendable private func provenance(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let (body, object) = try await call.json(ProvenanceReport.self, of: .reportProvenance)
        return .receipt(
            try await tracker.attempts.recordProvenance(
                session, attempt: body.attempt ?? 0, [Parameter](body.facts),
                as: try identity(call, "provenance", object, body.commandID)))
    }

    /// The attempt that the path names, if the lease's token is its own.
    private func speaker(_ call: Call, mustHold: Bool = false) async throws -> Attempts.Speaker {
        try await tracker.attempts.speaker(
            for: try call.sessionID(), token: call.leaseToken, claimed: try call.attempt(), mustHold: mustHold)
    }

    private func identity(
        _ call: Call, _ name: String, _ object: JSONObject, _ commandID: String?
    ) throws -> CommandIdentity {
        try call.identity(name, object, bodyCommandID: commandID, actor: "trainer")
    }
}

extension Response {
    /// The answer to a trainer's report.
    static func receipt(_ receipt: Attempts.Receipt) -> Response {
        .document(ReportReceipt(receipt), headers: [.logPosition: receipt.position.description])
    }
}

extension AttemptClaimed {
    /// Without attempt and token; without seconds for the configured time.
    init(_ claim: AttemptClaim) {
        self.init()
        leaseSeconds = UInt32(claim.leaseSeconds ?? 0)
        host = claim.host ?? ""
        processID = claim.processID ?? 0
        devices = claim.devices ?? []
        worldSize = claim.worldSize ?? 1
    }
}

extension ReportReceipt {
    init(_ receipt: Attempts.Receipt) {
        self.init()
        sessionID = receipt.session.text
        status = receipt.state.status ?? .created
        attempt = receipt.attempt.map(Int.init)
        position = receipt.position.rawValue
        stopRequested = receipt.state.isStopRequested
        leaseSeconds = receipt.leaseSeconds.map(Int.init)
        accepted = receipt.accepted
    }
}
