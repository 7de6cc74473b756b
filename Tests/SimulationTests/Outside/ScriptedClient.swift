import Application
import EventLog
import JSON
import TrackerTesting
import Tracking

/// Somebody who creates sessions and webhooks, starts, stops, changes, deletes and redacts, in the order of the seed.
struct ScriptedClient: Sendable {
    private static let remark = ModelDecider.Remark(reason: "a simulation", by: "somebody")

    let outside: Outside
    let number: Int

    private var chance: Chance { outside.world.chance }

    /// Acts until the simulation calms down.
    func run() async {
        outside.clientCount += 1
        defer { outside.clientCount -= 1 }
        var count = 0
        while !outside.isCalm {
            count += 1
            do {
                try await outside.world.loop.sleep(for: chance.milliseconds(500...9000))
                try await act(count)
            } catch is CancellationError {
                return
            } catch {
                // A refusal is an answer, and what is wrong was noted.
            }
        }
    }

    private func name(_ what: String) -> String { "client \(number): \(what)" }
    private func command(_ count: Int, _ what: String) -> CommandIdentity {
        TestTracker.command("client \(number)/\(count)/\(what)")
    }

    private func act(_ count: Int) async throws {
        let session = chance.element(of: outside.sessions)
        switch chance.below(20) {
        case 0...3: try await create(count)
        case 4, 5: try await createWebhook(count)
        case 6, 7: try await toggleWebhook(count)
        case 8, 9: if let session { try await start(session.id, session.kind, count) }
        case 10, 11: if let session { try await stop(session.id, count) }
        case 12, 13: if let session { try await rename(session.id, count) }
        case 14: if let session { try await archive(session.id, count) }
        case 15: if let session { try await delete(session.id, count) }
        case 16: if let session { try await redact(session.id, count) }
        case 17: if let checkpoint = chance.element(of: outside.checkpoints) { try await delete(checkpoint, count) }
        case 18: if let checkpoint = chance.element(of: outside.checkpoints) { try await promote(checkpoint, count) }
        default: try await repeatSomething()
        }
    }

    private func create(_ count: Int) async throws {
        let kind: TrainerKind = chance.once(in: 3) ? .external : .synthetic
        let configuration = TestTracker.configuration(kind, epochs: 4, maxRestarts: chance.below(3))
        var draft = SessionDraft(.inline(configuration))
        draft.name = "session \(number).\(count)"
        draft.notes = "a note that may have to be forgotten"
        let described = draft
        let written = try await outside.call(name("creates session \(number).\(count), \(kind)")) { life in
            try await life.tracker.sessions.create(described, as: command(count, "create"))
        }
        guard let session = Session.ID(written.value.document.sessionID) else {
            return outside.world.trace.find("a session was created without an id")
        }
        outside.add(session, kind)
        try await start(session, kind, count)
    }

    private func start(_ session: Session.ID, _ kind: TrainerKind, _ count: Int) async throws {
        if kind == .external {
            _ = outside.startTrainer(of: session)
        } else {
            _ = try await outside.call(name("starts \(session)")) { life in
                try await life.tracker.sessions.start(session, as: command(count, "start"))
            }
        }
    }

    private func stop(_ session: Session.ID, _ count: Int) async throws {
        let identity = command(count, "stop")
        _ = try await outside.call(name("stops \(session)")) { life in
            try await life.core.sessions.handle(.requestStop, on: session.stream, as: identity).last
        }
    }

    private func rename(_ session: Session.ID, _ count: Int) async throws {
        var changes = SessionCommand.Changes()
        changes.name = "renamed \(count)"
        changes.tags = ["tag \(chance.below(4))"]
        let change = changes
        _ = try await outside.call(name("renames \(session)")) { life in
            try await life.tracker.sessions.update(session, change, as: command(count, "rename"))
        }
    }

    private func archive(_ session: Session.ID, _ count: Int) async throws {
        _ = try await outside.call(name("archives \(session)")) { life in
            guard try await life.core.state(of: session).hasEnded else { return }
            _ = try await life.tracker.sessions.archive(session, as: command(count, "archive"))
        }
    }

    private func delete(_ session: Session.ID, _ count: Int) async throws {
        _ = try await outside.call(name("deletes \(session)")) { life in
            _ = try await life.tracker.sessions.delete(session, as: command(count, "delete"))
        }
    }

    private func redact(_ session: Session.ID, _ count: Int) async throws {
        _ = try await outside.call(name("redacts \(session)")) { life in
            _ = try await life.tracker.redactions.redact(
                session, RedactionOrder(kinds: [.notes], reason: "a simulation"), as: command(count, "redact"))
        }
    }

    private func delete(_ checkpoint: Checkpoint.ID, _ count: Int) async throws {
        _ = try await outside.call(name("deletes \(checkpoint)")) { life in
            _ = try await life.tracker.checkpoints.delete(
                checkpoint.text, reason: "surplus", as: command(count, "delete checkpoint"))
        }
    }

    private func promote(_ checkpoint: Checkpoint.ID, _ count: Int) async throws {
        guard let model = Model.Name("detector"), let alias = Model.Alias("best-\(chance.below(2))") else { return }
        _ = try await outside.call(name("points \(alias.text) at \(checkpoint)")) { life in
            _ = try await life.tracker.models.set(
                alias, of: model, to: checkpoint.text, Self.remark, expecting: .anything,
                as: command(count, "promote"))
        }
    }

    private func createWebhook(_ count: Int) async throws {
        guard outside.webhooks.count < 3 else { return }
        let events = outside.webhooks.isEmpty ? ["*"] : ["training_*", "checkpoint_saved"]
        let settings = WebhookSettings(url: "http://receiver.example/\(number)/\(count)", events: events)
        let identity = command(count, "webhook")
        _ = try await outside.call(name("creates a webhook")) { life in
            _ = try await life.tracker.webhooks.create(settings, secret: nil, as: identity)
        }
        outside.add(Webhook.ID(createdBy: identity.id))
    }

    private func toggleWebhook(_ count: Int) async throws {
        guard let webhook = chance.element(of: outside.webhooks) else { return }
        var changes = WebhookChanges()
        changes.isEnabled = chance.once(in: 2)
        let change = changes
        _ = try await outside.call(name("changes \(webhook)")) { life in
            _ = try await life.tracker.webhooks.change(
                webhook.text, change, secret: nil, as: command(count, "change webhook"))
        }
    }

    /// Sends again what was acknowledged, which must be answered as it was.
    private func repeatSomething() async throws {
        guard let (request, result) = outside.world.ledger.acknowledged(outside.world.chance) else { return }
        try await outside.call(name("repeats what is at \(result.first)")) { life in
            let again = try await life.store.append(request)
            let places = (again.first, again.last, again.firstVersion, again.lastVersion, again.count)
            guard life.isAlive else { return }
            guard again.isRepeat,
                places == (result.first, result.last, result.firstVersion, result.lastVersion, result.count)
            else {
                return outside.world.trace.find("\(request.commandID) was at \(result), and its repeat is at \(again)")
            }
        }
    }
}
