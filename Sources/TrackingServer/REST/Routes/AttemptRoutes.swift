import EventLog
import Hummingbird
import JSON
import Projections
import Reactors
import SwiftProtobuf
import Tracking
import TrainingConfiguration

/// What a trainer calls about its attempt: claim, renew, start, complete an epoch, finish.
struct AttemptRoutes {
    let service: TrackingService

    func add(to api: RouterGroup<APIRequestContext>) {
        let session = api.group("training/sessions/:session_id")
        session.post("attempts", use: claim)
        session.post("attempts/:attempt/started", use: started)
        session.post("attempts/:attempt/renew", use: renew)
        session.post("attempts/:attempt/ranks", use: joinRank)
        session.post("epochs", use: epoch)
        session.post("finish", use: finish)
        session.post("results", use: result)
        session.post("provenance", use: provenance)
    }

    @Sendable private func claim(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let body = try await RequestReading.jsonObject(request)
        let fields = JSONFields(body)
        let identity = try RequestReading.identity(of: request, service: service, actor: "trainer") {
            RequestReading.canonical("claim", body)
        }
        let token = service.tokens.token(for: session, claimedBy: identity.id)
        var claim = AttemptClaimed()
        claim.leaseSeconds = UInt32(
            try fields.integer("lease_seconds", in: 1...3600) ?? service.settings.leaseDuration.components.seconds)
        claim.host = try fields.string("host") ?? ""
        claim.processID = UInt32(try fields.integer("process_id", in: 0...Int64(UInt32.max)) ?? 0)
        claim.devices = try fields.strings("devices", counts: 0...256) ?? []
        claim.worldSize = UInt32(try fields.integer("world_size", in: 1...65_536) ?? 1)
        claim.tokenDigest = LeaseTokens.digest(of: token)
        let outcome = try await service.sessions.handle(.claimAttempt(claim), on: session.stream, as: identity)
        guard case .attemptClaimed(let claimed) = outcome.events.last else {
            throw APIError.conflict("wrong_status", "The session cannot be claimed now.")
        }
        service.leases.grant(
            .init(session: session, attempt: claimed.attempt), for: .seconds(Int64(claimed.leaseSeconds)),
            at: service.elapsed())
        try await service.waitForReadModels(outcome.last)
        var object = service.receiptFields(session, outcome.state, attempt: claimed.attempt, position: outcome.last)
        object["lease_seconds"] = .count(claimed.leaseSeconds)
        object.add("token", .string(token))
        if !claimed.devices.isEmpty { object.add("devices", .strings(claimed.devices)) }
        object.add("session", .object(try service.readModels.read { try $0.rendering(of: session).full }))
        return .json(.object(object), status: .created, headers: [.logPosition: outcome.last.description])
    }

    @Sendable private func renew(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let (holder, state) = try await service.leaseHolder(
            of: request, session: session, claimed: try attempt(context))
        guard state.attempt?.number == holder.attempt else {
            throw SessionRefusal.staleAttempt(holder.attempt, current: state.attempt?.number)
        }
        return service.receipt(session, state, attempt: holder.attempt, position: service.store.head)
    }

    @Sendable private func started(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let (holder, _) = try await service.leaseHolder(
            of: request, session: session, claimed: try attempt(context))
        let body = try await RequestReading.jsonObject(request)
        let fields = JSONFields(body)
        let identity = try identity(request, "started", body)
        var started = AttemptStarted()
        started.attempt = holder.attempt
        started.checkpointID = try fields.string("checkpoint_id") ?? ""
        started.firstEpoch = UInt32(try fields.requiredInteger("first_epoch", in: 1...Int64(UInt32.max)))
        started.firstStep = UInt64(try fields.requiredInteger("first_step", in: 1...MetricsReport.maximumStep))
        started.stepsPerEpoch = UInt64(try fields.integer("steps_per_epoch", in: 0...MetricsReport.maximumStep) ?? 0)
        started.binary = try fields.string("binary") ?? ""
        started.engine = try fields.string("engine") ?? ""
        started.instructionSet = try fields.string("instruction_set") ?? ""
        started.threads = UInt32(try fields.integer("threads", in: 0...65_536) ?? 0)
        started.dataDigest = try fields.string("data_digest") ?? ""
        let facts = try fields.parameters("provenance") ?? []
        var outcome = try await service.sessions.handle(
            .startAttempt(started, holder.holder), on: session.stream, as: identity)
        if !facts.isEmpty {
            outcome = try await record(facts, attempt: holder.attempt, session, as: identity)
        }
        return service.receipt(session, outcome.state, attempt: holder.attempt, position: outcome.last)
    }

    /// A further process of the attempt. Ranks hold no lease of their own, and the log knows them by what they report.
    @Sendable private func joinRank(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let (holder, state) = try await service.leaseHolder(
            of: request, session: session, claimed: try attempt(context))
        guard state.attempt?.number == holder.attempt else {
            throw SessionRefusal.staleAttempt(holder.attempt, current: state.attempt?.number)
        }
        let body = try await RequestReading.jsonObject(request)
        let fields = JSONFields(body)
        let worldSize = try fields.requiredInteger("world_size", in: 1...65_536)
        let rank = try fields.requiredInteger("rank", in: 0...(worldSize - 1))
        var facts: [Parameter] = []
        func add(_ name: String, _ text: String) {
            guard !text.isEmpty else { return }
            facts.append(
                .with {
                    $0.name = "rank.\(rank).\(name)"
                    $0.text = text
                })
        }
        add("host", try fields.string("host") ?? "")
        add("devices", (try fields.strings("devices", counts: 0...256) ?? []).joined(separator: ","))
        if let processID = try fields.integer("process_id", in: 0...Int64(UInt32.max)) {
            add("process_id", String(processID))
        }
        add("world_size", String(worldSize))
        let identity = try identity(request, "ranks", body)
        let outcome = try await record(facts, attempt: holder.attempt, session, as: identity)
        return service.receipt(session, outcome.state, attempt: holder.attempt, position: outcome.last)
    }

    @Sendable private func epoch(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let type = try RequestReading.requireContentType(["application/json", "application/x-protobuf"], of: request)
        let bytes = try await RequestReading.body(request, limit: RequestReading.maximumReportByteCount)
        let report = type == "application/json" ? try EpochReport(json: bytes) : try EpochReport(protobuf: bytes)
        let (holder, _) = try await service.leaseHolder(of: request, session: session, claimed: report.event.attempt)
        let identity = try RequestReading.identity(
            of: request, service: service, bodyCommandID: report.commandID, actor: "trainer",
            occurredAt: report.time
        ) { RequestReading.canonical("epochs") + canonicalBytes(.epochCompleted(report.event)) }
        let outcome = try await service.sessions.handle(
            .completeEpoch(report.event, holder.holder), on: session.stream, as: identity)
        return service.receipt(session, outcome.state, attempt: holder.attempt, position: outcome.last, accepted: 1)
    }

    @Sendable private func finish(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let body = try await RequestReading.jsonObject(request)
        let fields = JSONFields(body)
        let claimed = try fields.requiredInteger("attempt", in: 1...Int64(UInt32.max))
        let (holder, state) = try await service.leaseHolder(of: request, session: session, claimed: UInt32(claimed))
        guard let outcome = try fields.choice("outcome", of: ["completed", "failed", "stopped"]) else {
            throw FieldError("outcome", "is required: completed, failed or stopped")
        }
        let message = try fields.string("message", bytes: 0...16_384) ?? ""
        let reason = try fields.string("early_stop_reason", bytes: 0...1024) ?? ""
        let metrics = try fields.metrics("final_metrics") ?? []
        let step = UInt64(try fields.integer("step", in: 0...MetricsReport.maximumStep) ?? 0)
        let checkpoint = try fields.string("checkpoint_id") ?? ""
        let identity = try identity(request, "finish", body)
        if let epoch = try fields.integer("epoch", in: 0...Int64(UInt32.max)), !identity.mayBeRepeat,
            epoch != state.epoch
        {
            throw FieldError("epoch", "is \(epoch), and the last completed epoch is \(state.epoch)")
        }
        let finish: SessionCommand.Finish =
            switch outcome {
            case "completed": .completed(finalMetrics: metrics, earlyStopReason: reason)
            case "stopped": .stopped(step: step, checkpoint: checkpoint, message: message)
            default: .failed(message: message.isEmpty ? "the trainer gave no reason" : message)
            }
        let done = try await service.sessions.handle(
            .finish(finish, holder.holder), on: session.stream, as: identity)
        service.leases.release(.init(session: session, attempt: holder.attempt))
        return service.receipt(session, done.state, attempt: holder.attempt, position: done.last)
    }

    @Sendable private func result(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let body = try await RequestReading.jsonObject(request)
        let fields = JSONFields(body)
        var result = ResultReported()
        result.name = try fields.requiredString("name", bytes: 1...Session.maximumNameByteCount)
        try MetricNames.check(result.name, field: "name")
        guard let value = fields.value("value").flatMap(JSONFields.number) else {
            throw FieldError("value", "must be a number, \"NaN\", \"Infinity\" or \"-Infinity\"")
        }
        result.value = value
        if let step = try fields.integer("step", in: 0...MetricsReport.maximumStep) { result.step = step }
        result.source = try fields.requiredString("source", bytes: 1...Session.maximumNameByteCount)
        let identity = try identity(request, "results", body)
        let outcome = try await service.sessions.handle(.reportResult(result), on: session.stream, as: identity)
        return service.receipt(session, outcome.state, attempt: nil, position: outcome.last)
    }

    @Sendable private func provenance(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let body = try await RequestReading.jsonObject(request)
        let fields = JSONFields(body)
        guard let facts = try fields.parameters("facts") else { throw FieldError("facts", "is required") }
        let attempt = UInt32(try fields.integer("attempt", in: 0...Int64(UInt32.max)) ?? 0)
        let identity = try identity(request, "provenance", body)
        let outcome = try await service.sessions.handle(
            .recordProvenance(
                .with {
                    $0.attempt = attempt
                    $0.facts = facts
                }), on: session.stream, as: identity)
        return service.receipt(session, outcome.state, attempt: nil, position: outcome.last)
    }

    /// Records facts beside another command of the same request.
    private func record(
        _ facts: [Parameter], attempt: UInt32, _ session: Session.ID, as identity: CommandIdentity
    ) async throws -> CommandOutcome<SessionDecider> {
        var identity = identity
        if let id = CommandID("\(identity.id.text.prefix(240))/provenance") { identity.id = id }
        return try await service.sessions.handle(
            .recordProvenance(
                .with {
                    $0.attempt = attempt
                    $0.facts = facts
                }), on: session.stream, as: identity)
    }

    private func identity(_ request: Request, _ name: String, _ body: JSONObject) throws -> CommandIdentity {
        try RequestReading.identity(
            of: request, service: service, bodyCommandID: try JSONFields(body).string("command_id"), actor: "trainer"
        ) { RequestReading.canonical(name, body) }
    }

    private func attempt(_ context: APIRequestContext) throws -> UInt32 {
        let text = context.parameters.get("attempt") ?? ""
        guard let attempt = UInt32(text), attempt >= 1 else {
            throw FieldError("attempt", "must be an attempt's number, from 1, not '\(text)'")
        }
        return attempt
    }

    private func canonicalBytes(_ event: SessionEvent) -> [UInt8] {
        do {
            return try event.encoded().payload
        } catch {
            return []  // too large to be stored: the append says so
        }
    }
}
