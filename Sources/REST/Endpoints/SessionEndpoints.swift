import API
import Application
import EventLog
import Hummingbird
import JSON
import Tracking
import WebServer

/// Create, find, start, stop, change, compare and archive sessions.
struct SessionEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [
            Endpoint(.createSession, create), Endpoint(.checkSession, check), Endpoint(.listSessions, list),
            Endpoint(.getSession, get),
            Endpoint(.updateSession, update), Endpoint(.archiveSession, archive), Endpoint(.startSession, start),
            Endpoint(.stopSession, stop), Endpoint(.reproduceSession, reproduce), Endpoint(.compareSessions, compare),
            Endpoint(.getLatestStatus) { try await status($0, of: nil) },
            Endpoint(.getSessionStatus) { try await status($0, of: try $0.sessionID()) },
        ]
    }

    @Sendable private func create(_ call: Call) async throws -> Response {
        let (new, body) = try await call.json(NewSession.self, of: .createSession)
        var command = body
        // The secret proves who repeats the claim; it is no part of what is claimed.
        if var claim = body["claim"]?.objectValue {
            claim["claim_secret"] = nil
            command["claim"] = .object(claim)
        }
        let identity = try call.identity("sessions", command)
        if let claim = new.claim { return try await create(new, claim, points: body["points"], call, as: identity) }
        guard new.points == nil else {
            throw FieldError("points", "belong to an attempt; send claim as well, or report them once it is claimed")
        }
        let written = try await tracker.sessions.create(try draft(new, call), as: identity)
        return .written(written, status: .created, location: location(written.value)) { SessionInfo($0) }
    }

    /// Creates a session, claims it and takes its first points: all that a trainer needs to begin.
    private func create(
        _ new: NewSession, _ claim: AttemptClaim, points: JSONValue?, _ call: Call, as identity: CommandIdentity
    ) async throws -> Response {
        let report = try points.map { points in
            try MetricsScan(json: JSONValue.object(["attempt": .count(1), "points": points]).encoded())
        }
        let events = try (report?.events ?? []).map { try $0.encoded() }
        let given = try await tracker.sessions.create(
            try draft(new, call), claiming: AttemptClaimed(claim), secret: claim.claimSecret, as: identity)
        var position = given.receipt.position
        if let report {
            // A command of its own, with an id that follows from the first, so that a repeat adds nothing.
            var identity = identity
            identity.id = identity.id.derived("points")
            identity.actor = "trainer"
            position = try await tracker.telemetry.append(
                events, entryCount: report.pointCount, by: given.speaker, as: identity
            ).position
        }
        var info = SessionInfo(given.session)
        var granted = GrantedClaim()
        granted.attempt = Int(given.claimed.attempt)
        granted.token = given.token
        granted.leaseSeconds = Int(given.claimed.leaseSeconds)
        granted.devices = given.claimed.devices
        granted.accepted = report?.pointCount
        info.claim = granted
        return .document(
            info, status: .created,
            headers: [.logPosition: position.description, .location: location(given.session)])
    }

    private func draft(_ new: NewSession, _ call: Call) throws -> SessionDraft {
        var sources: [(name: String, configuration: SessionDraft.Configuration)] = []
        if let path = new.configurationPath { sources.append(("config_path", .path(path))) }
        if let object = new.configuration { sources.append(("config", .inline(object))) }
        if let text = new.configurationText { sources.append(("config_text", .text(text))) }
        guard let (first, configuration) = sources.first else {
            throw FieldError(
                "config_path", "is required, unless the configuration is given inline in config or as config_text")
        }
        if sources.count > 1 {
            throw FieldError(sources[1].name, "cannot be combined with \(first); give only one")
        }
        for (name, value, other, meant) in [
            ("name", new.shortName, new.sessionName, "session_name"),
            ("experiment_name", new.experimentName, new.experiment, "experiment"),
            ("description", new.description, new.notes, "notes"),
        ] where value != nil && other != nil && value != other {
            throw FieldError(name, "means the same as \(meant); give only one, or the same value in both")
        }
        var draft = SessionDraft(configuration)
        draft.overrides = new.overrides
        draft.name = new.sessionName ?? new.shortName
        draft.experiment = new.experiment ?? new.experimentName ?? ""
        draft.group = new.group ?? ""
        draft.tags = Self.unique(new.tags ?? [])
        draft.notes = new.notes ?? new.description ?? ""
        draft.params = [Parameter](try new.params?.flattenedParams() ?? [:])
        draft.parent = new.parent
        draft.checkpoint = new.checkpointID
        draft.requester = try requester(call)
        return draft
    }

    @Sendable private func check(_ call: Call) async throws -> Response {
        let new = try await call.json(NewSession.self, of: .checkSession).document
        let draft: SessionDraft
        do {
            draft = try self.draft(new, call)
        } catch let error as FieldError {
            var info = SessionCheckInfo()
            info.problems = try SessionProblem.all(of: error)
            return .document(info)
        }
        return .document(try SessionCheckInfo(await tracker.sessions.check(draft)))
    }

    private func requester(_ call: Call) throws -> Requester {
        let credentials = call.credentials
        return try tracker.core.requester(
            isLoopback: call.context.isLoopback, proof: credentials?.scheme == "local" ? credentials?.value : nil)
    }

    @Sendable private func update(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let (new, body) = try await call.json(SessionChanges.self, of: .updateSession)
        var changes = SessionCommand.Changes()
        changes.name = new.sessionName
        changes.tags = new.tags.map(Self.unique)
        changes.notes = new.notes
        changes.params = [Parameter](try new.params?.flattenedParams() ?? [:])
        changes.isArchived = new.isArchived
        return .written(
            try await tracker.sessions.update(session, changes, as: try call.identity("update", body))
        ) { SessionInfo($0) }
    }

    @Sendable private func archive(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let isPermanent = try call.query.flag("permanent")
        let written =
            isPermanent
            ? try await tracker.sessions.delete(session, as: try call.identity("delete"))
            : try await tracker.sessions.archive(session, as: try call.identity("archive"))
        return .written(written) { view in
            var info = SessionInfo(view)
            info.summary.message = "Session \(session) was \(isPermanent ? "deleted" : "archived")."
            return info
        }
    }

    @Sendable private func start(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        return .written(
            try await tracker.sessions.start(session, as: try call.identity("start")), status: .accepted
        ) { SessionInfo($0) }
    }

    @Sendable private func stop(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let wait = try call.query.number("wait")
        if let wait, !(0...30).contains(wait) { throw FieldError("wait", "must be from 0 to 30 seconds, not \(wait)") }
        let (written, hasStopped) = try await tracker.sessions.stop(
            session, wait: wait.map { .seconds($0) }, as: try call.identity("stop"))
        return .written(written, status: hasStopped ? .ok : .accepted) { SessionInfo($0) }
    }

    @Sendable private func reproduce(_ call: Call) async throws -> Response {
        let original = try call.sessionID()
        let (new, body) = try await call.optionalJSON(ReproductionRequest.self, of: .reproduceSession)
        var draft = ReproductionDraft()
        draft.name = new.sessionName
        draft.allowsDifferences = new.allowDifferences ?? false
        draft.tolerance = new.tolerance
        draft.requester = try requester(call)
        let written = try await tracker.sessions.reproduce(
            original, draft, as: try call.identity("reproduce/\(original)", body))
        return .written(written, status: .created, location: location(written.value)) { SessionInfo($0) }
    }

    @Sendable private func list(_ call: Call) async throws -> Response {
        let search = try SessionSearch(call.query)
        let freshness = try call.freshness()
        let answer = try await tracker.reading(cost: try await tracker.queries.listCost(freshness)) { _ in
            try await tracker.queries.sessions(
                search.filter, order: search.order, limit: search.limit, offset: search.offset,
                columns: search.columns, freshness)
        }
        return .read(answer) { sessions, total in
            var list = SessionList()
            list.sessions = sessions.map { SessionSummary($0, columns: search.columns) }
            list.total = total
            list.limit = search.limit
            list.offset = search.offset
            return list
        }
    }

    @Sendable private func get(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        return .read(try await tracker.queries.session(session, try call.freshness())) { SessionInfo($0) }
    }

    private func status(_ call: Call, of session: Session.ID?) async throws -> Response {
        .read(try await tracker.queries.sessionOrLatest(session, try call.freshness())) { SessionStatusInfo($0) }
    }

    @Sendable private func compare(_ call: Call) async throws -> Response {
        let names = call.query.list("sessions") ?? []
        let all = try call.query.flag("all")
        guard (2...SessionComparison.maximumCount).contains(names.count) else {
            throw FieldError(
                "sessions",
                "must name 2 to \(SessionComparison.maximumCount) sessions, separated by commas, not \(names.count)")
        }
        guard Set(names).count == names.count else {
            throw FieldError("sessions", "names a session twice; name each once")
        }
        let ids = try names.map { name in
            guard let id = Session.ID(name) else { throw TrackerError.unknown(.session, name) }
            return id
        }
        return .read(
            try await tracker.queries.compare(ids, try call.freshness()), nonfinite: try call.query.nonfinite()
        ) { ComparisonInfo($0, includesEqual: all) }
    }

    private func location(_ view: SessionView) -> String {
        API.Operation.getSession.target([view.document.sessionID])
    }

    /// Each text once, in their order.
    private static func unique(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }
    }
}
